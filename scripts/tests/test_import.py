"""Import and export: what goes in comes out byte for byte, and every fault is named by file, line and column."""

import json
import re
from pathlib import Path

import openpyxl
import pytest

from leissner.db.tests.fixtures import Database
from leissner.scripts import db, import_
from leissner.scripts.tests.reference.compare import leissner as command

GOLDEN = Path(__file__).parent / "golden" / "operator"


@pytest.fixture(scope="module")
def imported(bed):
    made = bed.create(bed.template.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        command("import", GOLDEN)
    yield made
    bed.drop(made)


@pytest.fixture
def database(bed, imported, request):
    """For tests that ask for `golden` a clone of what was imported once, else an empty one."""
    made = bed.create((imported if "golden" in request.fixturenames else bed.template).name)
    yield made
    bed.drop(made)


@pytest.fixture
def golden(leissner):
    return leissner


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def result(leissner, folder: Path, *options: str) -> dict:
    outcome = leissner("import", folder, "--json", *options)
    assert outcome.out, outcome.err
    return json.loads(outcome.out)


def counts(found: dict) -> dict[str, tuple[int, int, int]]:
    return {row["file"]: (row["inserted"], row["changed"], row["unchanged"]) for row in found["files"]}


def faults(leissner, folder: Path, *options: str) -> list[tuple]:
    """(file, line, column, value) of each error; the sentence is never empty."""
    found = result(leissner, folder, *options)
    assert all(error["sentence"] for error in found["errors"])
    return [(error["file"], error["line"], error["column"], error["value"]) for error in found["errors"]]


def exported(leissner, folder: Path) -> dict[str, str]:
    outcome = leissner("export", folder)
    assert outcome.code == 0, outcome.err
    return {path.name: path.read_bytes().decode() for path in sorted(folder.iterdir())}


def test_round_trip_byte_for_byte(golden, bed, tmp_path, monkeypatch):
    write(
        tmp_path / "more",
        operator='name,org_no,street\n"Tele ""Nord"", AB",551234-5678,"Box 1\nLund\r\nnorr"\n',
        customer_terms="customer_no,from,groups,bill_to\n1001,2026-11-01,vip;family,self\n1001,2026-12-01,,parent\n",
        contract_terms="contract_no,from,seller,interval_months\nC1,2026-11-01,bo,3\n",
        line_terms="contract_no,line_no,from,quantity\nC1,02,2026-11-01,12.5\n",
        trunks="source,trunk,carrier\nplain,PJSIP/a*,nord\n",
        extensions="source,extension,number\nplain,2xxx,46902002xxx\n",
        settings="name,value\nminimum_invoice,50\n",
        accounts="event,account\nbank,1930\nloss,6352\n",
        chart='account,name\n1930,"Konto, ""Norr"""\n98765432,Åtta\n',
        credit_policies="code,group,customer_no,warn_percent,block_days,blocks,hour_minutes,fraud_blocks\n"
                        "slow,vip,,75.5,60,none,30,all\nown,,3000,,,,,\n",
        usage_alerts="customer_no,contract_no,line_no,bundle,amount,percents\n1001,C1,2,FAST100,,50;80\n3000,,,,99.5,\n",
        jobs='code,schedule,options,what\n"Natt, ""fold""",30 6 * * 1-5,,calls fold\n',
        bands="band,weekdays,from,to\nodd,1;3-5;7,08:00:30,12:00\n",
        sources="code,name,format,contract_no,line_no,delimiter,header,strip\nx,X,generic,C1,2,;,no,^00;^9\n",
    )
    assert golden("import", tmp_path / "more").code == 0
    first = exported(golden, tmp_path / "first")
    assert "1;3-5;7,08:00:30" in first["bands.csv"]
    again = result(golden, tmp_path / "first")
    assert all(new == changed == 0 for new, changed, _ in counts(again).values()), again

    other = bed.create(bed.template.name)
    monkeypatch.setenv("DATABASE_URL", other.url(db.CLI_LOGIN))
    assert golden("import", tmp_path / "first").code == 0
    assert exported(golden, tmp_path / "second") == first
    bed.drop(other)


def test_twice_changes_nothing_and_a_change_is_counted(golden, tmp_path):
    again = counts(result(golden, GOLDEN))
    assert set(again) == {path.stem for path in GOLDEN.iterdir()}
    assert all(new == changed == 0 for new, changed, _ in again.values())
    folder = write(
        tmp_path / "in",
        customers="customer_no,name,groups\n4000,Berlin GmbH,vip\n5000,Ny AB,\n",
        rings="code,name,priority,kind,value,members\nVIP,Nyckelkund,20,percent,4,group:vip;customer:5000\n",
    )
    assert counts(result(golden, folder)) == {"customers": (1, 1, 0), "rings": (0, 1, 0)}
    out = exported(golden, tmp_path / "out")
    assert "\n4000,Berlin GmbH,,business,vip," in out["customers.csv"]
    assert "VIP,Nyckelkund,20,no,,,customer:5000;group:vip,*,*," in out["rings.csv"]


def test_a_correction_of_history_says_so(golden, tmp_path):
    lines = "contract_no,line_no,service,quantity,billed_through\nC2,1,VOIP,{},2026-10-31\n"
    for quantity, is_said in ((3, False), (4, True)):
        out = golden("import", write(tmp_path / "in", contract_lines=lines.format(quantity))).out
        assert ("1 of these change what has held from the first day" in out) == is_said, out
        assert ("line_terms.csv" in out) == is_said


def test_dry_run_changes_nothing(leissner, tmp_path):
    outcome = leissner("import", GOLDEN, "--dry-run")
    assert outcome.code == 0 and "8 new" in outcome.out and "Dry run" in outcome.out
    assert exported(leissner, tmp_path)["products.csv"] == "code,name\n"


def test_a_changed_definition_leaves_its_former_self(golden, database: Database, tmp_path):
    folder = write(tmp_path / "in", prefixes="prefix,destination\n45,DE-FIX\n")
    assert counts(result(golden, folder)) == {"prefixes": (0, 1, 0)}
    with database.connect() as conn:
        former = conn.execute("select definition ->> 'digits' as digits from billing.definition_former").fetchall()
    assert former == [{"digits": "45"}]


@pytest.mark.parametrize(
    ("file", "text", "line", "column", "value"),
    [
        ("products", "code,name\na,A\nb,\n", 3, "name", None),
        ("products", "code,name\na,A\nb,B\na,C\n", 4, "code", "a"),
        ("products", "code,name,colour\na,A,red\n", 1, "colour", "colour"),
        ("products", "code\na\n", 1, "name", None),
        ("products", "code,name\na,A,x\n", 2, None, None),
        ("products", 'code,name\n"a\nb",A\nc,\n', 4, "name", None),
        ("currencies", "code,decimals\nNOK,two\n", 2, "decimals", "two"),
        ("currencies", "code,decimals\nnok,2\n", 2, "code", "nok"),
        ("exchange_rates", "date,currency,rate\n2026-02-30,EUR,11\n", 2, "date", "2026-02-30"),
        ("exchange_rates", "date,currency,rate\n2026-02-01,EUR,1e3\n", 2, "rate", "1e3"),
        ("exchange_rates", "date,currency,rate\n2026-02-01,EUR,1.12345678901\n", 2, "rate", "1.12345678901"),
        ("exchange_rates", "date,currency,rate\n2026-02-01,GBP,13\n", 2, "currency", "GBP"),
        ("price_lists", "code,name,level,draft\nX,X,retail,ja\n", 2, "draft", "ja"),
        ("price_lists", "code,name,level,currency\nX,X,retail,NOK\n", 2, "currency", "NOK"),
        ("price_lists", "code,name,level\nX,X,gold\n", 2, "level", "gold"),
        ("price_lists", "code,name,level,parent,currency\nX,X,retail,MASTER,EUR\n", 2, "parent", "MASTER"),
        ("bands", "band,from,to\nx,8,12:00\n", 2, "from", "8"),
        ("bands", "band,weekdays\nx,1-8\n", 2, "weekdays", "1-8"),
        ("bands", "band,from,to\nx,12:00,08:00\n", 2, "from", "12:00"),
        ("prefixes", "prefix,destination,from,to\n31,DK,2026-10-02,2026-10-02\n", 2, "to", "2026-10-02"),
        ("prefixes", "prefix,destination,from\n45,DK,2026-10-02\n", 2, "from", "2026-10-02"),
        ("prefixes", "prefix,destination\n31,NL\n", 2, "destination", "NL"),
        ("vat_codes", "code,percent,category,from\nSE25,26,S,2027-01-01\n", 2, "from", "2027-01-01"),
        ("destination_groups", "code,name,rank\nx,X,10\n", 2, "rank", "10"),
        ("destinations", "code,name,country,product,groups\nX,X,SE,mobile,eu;mars\n", 2, "groups", "mars"),
        ("prices", "price_list,target,rate\nMASTER,dest:XX,1\n", 2, "target", "dest:XX"),
        ("prices", "price_list,target,mode,rate\nMASTER,*,group:x,1\n", 2, "mode", "group:x"),
        ("prices", "price_list,target,steps\nMASTER,dest:US,60:1;30:2;:1\n", 2, "steps", "60:1;30:2;:1"),
        ("prices", "price_list,target,steps\nMASTER,dest:US,60-1\n", 2, "steps", "60-1"),
        ("customers", "customer_no,name,parent_no\n7,X,8\n", 2, "parent_no", "8"),
        ("customers", "customer_no,name,parent_no\n7,X,8\n8,Y,7\n", 2, "parent_no", "8"),
        ("price_lists", "code,name,level,parent\nX,X,retail,Y\nY,Y,retail,X\n", 2, "parent", "Y"),
        ("numbers", "number,contract_no,line_no\n4670,C1,9\n", 2, "line_no", "9"),
        ("numbers", "number,contract_no,line_no\n46902001050,C4,1\n", 2, "number", "46902001050"),
        ("numbers", "number,contract_no,from\n46901,C2,2026-01-01\n", 2, "from", "2026-01-01"),
        ("numbers", "number,contract_no\n46 90,C2\n", 2, "number", "46 90"),
        ("preselections", "number,carrier_prefix,state,at\n46902004000,95,active,today\n", 2, "at", "today"),
        ("rings", "code,name,priority,kind,value,targets\nX,X,1,percent,1,inside;dest:Q\n", 2, "targets", "dest:Q"),
        ("settings", "name,value\ncolour,red\n", 2, "name", "colour"),
        ("operator", "name,org_no,time_zone\nX,1,Mars/North\n", 2, "time_zone", "Mars/North"),
        ("sources", "code,name,format,bill_if\nx,X,asterisk,garbage\n", 2, "bill_if", "garbage"),
        ("customrs", "customer_no,name\n7,X\n", None, None, None),
    ],
)
def test_faults_by_file_line_column_and_value(golden, tmp_path, file, text, line, column, value):
    assert (file, line, column, value) in faults(golden, write(tmp_path / "in", **{file: text}))


def test_one_form_of_price_only(golden, tmp_path):
    prices = "price_list,target,rate,percent,not_for_sale,steps\nMASTER,dest:US,{}\n"
    for cells in ("1,5,,", "1,,yes,", ",5,yes,", ",,,", "1,,,:1"):
        found = result(golden, write(tmp_path / "in", prices=prices.format(cells)))
        assert [(error["line"], "either" in error["sentence"]) for error in found["errors"]] == [(2, True)], cells


def test_a_hundred_errors_and_the_count(leissner, tmp_path):
    folder = write(tmp_path / "in", products="code,name\n" + "".join(f"p{i},\n" for i in range(250)))
    outcome = leissner("import", folder)
    assert outcome.code == 1 and outcome.out == ""
    assert len(outcome.err.splitlines()) == 101 and "250 errors, the first 100 are listed" in outcome.err
    assert f"{folder / 'products.csv'}:2: name: A value is needed." in outcome.err


def test_all_or_nothing(golden, tmp_path):
    before = exported(golden, tmp_path / "a")
    folder = write(tmp_path / "in", products="code,name\nnew,New\n", currencies="code,decimals\nNOK,9\n")
    assert [fault[:3] for fault in faults(golden, folder)] == [("currencies", 2, "decimals")]
    assert exported(golden, tmp_path / "b") == before


def test_close_ends_the_open_row(golden, tmp_path):
    folder = write(
        tmp_path / "in",
        prices="price_list,target,mode,from,setup,rate,first,next\nMASTER,group:nordic,group:calls,2026-12-01,1,2,60,60\n",
        numbers="number,contract_no,line_no,from\n46902003001,C4,1,2026-12-01\n",
        vat_codes="code,percent,category,from\nSE25,24,S,2027-01-01\n",
    )
    assert faults(golden, folder)
    first = result(golden, folder, "--close")
    assert [(row["file"], row["inserted"], row["closed"]) for row in first["files"]] == [
        ("vat_codes", 1, 1), ("prices", 1, 1), ("numbers", 1, 1)
    ]  # fmt: skip
    out = exported(golden, tmp_path / "out")
    assert "46902003001,C2,1,,2026-12-01,number,\n46902003001,C4,1,2026-12-01,,number,\n" in out["numbers.csv"]
    assert "MASTER,group:nordic,group:calls,,,2026-12-01,0.69,1.19" in out["prices.csv"]
    assert set(counts(result(golden, folder, "--close")).values()) == {(0, 0, 1)}
    # The open row stands in the file too, as it does where someone adds a row to an export.
    numbers = "number,contract_no,line_no,from\n46313330000,C3,1,\n46313330000,C2,1,2026-10-15\n"
    both = write(tmp_path / "both", numbers=numbers)
    assert counts(result(golden, both, "--close")) == {"numbers": (1, 1, 0)}
    assert counts(result(golden, both, "--close")) == {"numbers": (0, 0, 2)}


def test_xlsx_is_read_as_csv(leissner, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for path in GOLDEN.iterdir():
        book = openpyxl.Workbook()
        for _, cells in import_.read_csv(path):
            book.active.append([int(cell) if re.fullmatch("[1-9][0-9]*", cell) else cell or None for cell in cells])
        book.save(folder / f"{path.stem}.xlsx")
    assert leissner("import", folder).code == 0
    assert all(new == changed == 0 for new, changed, _ in counts(result(leissner, GOLDEN)).values())


def test_bom_and_single_files(leissner, tmp_path):
    write(tmp_path / "in", products="\ufeffname,code\nA,a\n")
    found = result(leissner, tmp_path / "in" / "products.csv")
    assert counts(found) == {"products": (1, 0, 0)}
    (tmp_path / "in" / "products.csv").write_bytes(b"code,name\na,\xff\n")
    assert faults(leissner, tmp_path / "in") == [("products", None, None, None)]


def test_what_the_operator_gives_is_needed_where_there_is_none(leissner, tmp_path):
    folder = write(tmp_path / "in", price_lists="code,name,level\nX,X,retail\n")
    assert faults(leissner, folder) == [("price_lists", 2, "currency", None)]


def test_other_levels_are_refused(database: Database):
    with database.connect(db.CLI_LOGIN) as conn:
        for level in ("sales", "seller", "customer", "support"):
            with pytest.raises(db.psycopg.Error) as refused, db.transaction(conn, level):
                db.call(conn, "import_run", p_import_id=1)
            assert refused.value.sqlstate in ("42501", "LB901"), level
        with db.transaction(conn, "batch"):
            assert db.call_one(conn, "import_run", p_import_id=1)["error_count"] == 0
