"""`leissner bill check`: each kind of what looks odd is planted alone, and found alone."""

import json

import pytest

from leissner.scripts import db
from leissner.scripts.tests.reference.compare import leissner as command
from leissner.scripts.tests.test_bill import GOLDEN, THROUGH, conn, done  # noqa: F401

LINES = "contract_no,line_no,service,quantity,billed_through,to\n"
RUN = ("bill", "run", "--customers", "K1,K2", "--through")


def calls_of(folder, month, number):
    (folder / f"{number}-{month}.csv").write_text(
        "key,started_at,units,a_number,b_number,mode,carrier,account\n"
        f"{number}-{month},2026-{month}-10T10:00:00Z,600,{number},46701234567,voice,,\n")
    return "calls", "load", folder / f"{number}-{month}.csv", "--source", "plain"


@pytest.fixture(scope="module")
def regular(bed, tmp_path_factory):
    """A payer whose second month, not billed yet, is as the first; and one that has nothing yet."""
    made, folder = bed.create(bed.template.name), tmp_path_factory.mktemp("regular")
    for name, text in {
        "customers": "customer_no,name,street,postcode,city,country,delivery\n"
                     "K1,Karin,Gatan 1,11122,Umeå,SE,print\nK2,Kurt,Gatan 2,11122,Umeå,SE,print\n",
        "contracts": "contract_no,customer_no,start\nKC1,K1,2026-01-01\n",
        "contract_lines": LINES + "KC1,1,VOIP,2,2026-09-30,\n",
        "numbers": "number,contract_no,line_no\n46900000001,KC1,1\n",
    }.items():
        (folder / f"{name}.csv").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", made.url(db.CLI_LOGIN))
        command("import", GOLDEN / "operator")
        command("import", folder)
        for month in ("09", "10"):
            command(*calls_of(folder, month, "46900000001"))
        command(*RUN, "2026-09-30")
        command("bill", "approve", 1, "--date", "2026-09-30", "--yes")
    with made.connect() as owner:
        owner.execute("update billing.setting set value = '1' where name = 'bill_check_history'")
    yield made
    bed.drop(made)


@pytest.fixture
def database(bed, regular):
    """A clone of it."""
    made = bed.create(regular.name)
    yield made
    bed.drop(made)


def odd(leissner) -> list[dict]:
    """What looks odd in the run of the second month."""
    assert leissner(*RUN, THROUGH).code in (0, 1)
    outcome = leissner("bill", "check", 2, "--json")
    assert outcome.out, outcome.err
    found = json.loads(outcome.out)
    assert [row["rank"] for row in found] == sorted(row["rank"] for row in found)
    assert ("Nothing looks odd" in leissner("bill", "check", 2).out) == (not found)
    return found


def test_nothing_looks_odd_in_a_month_like_the_one_before(leissner):
    assert odd(leissner) == []


@pytest.mark.parametrize(("kinds", "plant"), [
    ("fault", "update billing.customer set street = null where customer_no = 'K1'"),
    ("account", "update billing.operator set bankgiro = '5805-6178'"),
    ("iban", "update billing.customer set billing_country = 'NO' where customer_no = 'K1'"),
    ("suspended", {"calls": "46900000009", "month": "10"}),
    ("suspended", {"calls": "46900000009", "month": "07"}),  # however long it waits
    ("vat_no", "update billing.operator set vat_no = null"),
    ("long_past differs", "update billing.contract_line set billed_through = '2026-06-30'"),
    ("margin", "update billing.call set cost_base = retail_base + 1"),
    ("credit_limit", "update billing.customer set credit_limit = 1 where customer_no = 'K1'"),
    ("differs", {"contract_lines.csv": LINES + "KC1,1,VOIP,4,2026-09-30,\n"}),
    ("credit differs", {"contract_lines.csv": LINES + "KC1,1,VOIP,2,2026-09-30,2026-10-11\n"}),
    ("org_no", "update billing.customer set org_no = '556016-0681' where customer_no = 'K1'"),
    ("zero_price", {"charges.csv": "contract_no,line_no,date,text,quantity,price\nKC1,1,2026-10-05,Gift,1,0\n"}),
    ("no_charge", {"services.csv": "code,name,product,vat_code\nBARE,Bare,subscription,SE25\n",
                   "contracts.csv": "contract_no,customer_no,start\nKC2,K1,2026-01-01\n",
                   "contract_lines.csv": "contract_no,line_no,service\nKC2,1,BARE\n"}),
    ("first long_past", {"contracts.csv": "contract_no,customer_no,start\nKC2,K2,2026-01-01\n",
               "contract_lines.csv": "contract_no,line_no,service\nKC2,1,VOIP\n"}),
    ("silent", {"numbers.csv": "number,contract_no,line_no\n46900000002,KC1,1\n"}),
])
def test_what_looks_odd_is_listed_and_nothing_else(leissner, database, conn, tmp_path, kinds, plant):  # noqa: F811
    if isinstance(plant, str):
        conn.execute("set session_replication_role = replica")
        conn.execute(plant)
    elif "calls" in plant:
        leissner(*calls_of(tmp_path, plant["month"], plant["calls"]))
    else:
        for name, text in plant.items():
            (tmp_path / name).write_text(text)
        done(leissner("import", tmp_path))
    assert {row["kind"] for row in odd(leissner)} == set(kinds.split())


def test_credits_are_odd_from_an_amount_on(leissner, conn, tmp_path):  # noqa: F811
    (tmp_path / "contract_lines.csv").write_text(LINES + "KC1,1,VOIP,2,2026-09-30,2026-10-11\n")
    done(leissner("import", tmp_path / "contract_lines.csv"))
    conn.execute("update billing.setting set value = '100000' where name = 'bill_check_credit'")
    assert {row["kind"] for row in odd(leissner)} == {"differs"}


def test_a_last_day_far_ahead_is_asked_about(leissner, conn):  # noqa: F811
    [(soon, far)] = conn.execute("select (logic.today() + 31)::text, (logic.today() + 32)::text").fetchall()
    for number, (through, is_far) in enumerate(((soon, False), (far, True)), start=2):
        outcome = leissner(*RUN, through)
        assert ("Was this day meant?" in outcome.out) == is_far
        kinds = {row["kind"] for row in json.loads(leissner("bill", "check", number, "--json").out)}
        assert ("far" in kinds) == is_far
        done(leissner("bill", "discard", number, "--yes"))
    assert "The last day lies far ahead" not in leissner("bill", "check", 1).out


def test_a_basis_says_which_services_cannot_be_booked(leissner, conn):  # noqa: F811
    conn.execute("update billing.operator set mode = 'basis', iban = null")
    conn.execute("update billing.customer set currency = 'EUR' where customer_no = 'K1'")
    conn.execute("update billing.service set account = null where code = 'VOIP'")
    conn.execute("update billing.service_charge set account = null")
    found = [row for row in odd(leissner) if row["kind"] in ("no_account", "iban")]
    assert [(row["kind"], row["subject"]) for row in found] == [("no_account", "VOIP")]


MORE = {"contract_lines.csv": LINES + "KC1,1,VOIP,4,2026-09-30,\n"}
QUARTER = ("update billing.invoice_line set valid = daterange(lower(valid), (lower(valid) + interval '3 months')::date)"
           " where kind = 'periodic'")


@pytest.mark.parametrize(("plant", "through", "is_odd"), [
    ("", THROUGH, True),
    ("update billing.setting set value = '2' where name = 'bill_check_history'", THROUGH, False),
    ("update billing.setting set value = '100000' where name = 'bill_check_amount'", THROUGH, False),
    ("update billing.setting set value = '400' where name = 'bill_check_percent'", THROUGH, False),
    ("", "2026-10-28", False),  # with the fees of no month: not like the one before
    (QUARTER, THROUGH, False),
])
def test_unusual_is_told_from_invoices_for_as_long_a_period(
    leissner, conn, tmp_path, plant, through, is_odd  # noqa: F811
):
    for name, text in MORE.items():
        (tmp_path / name).write_text(text)
    done(leissner("import", tmp_path))
    if plant:
        conn.execute("set session_replication_role = replica")
        conn.execute(plant)
    assert leissner(*RUN, through).code in (0, 1)
    found = [row for row in json.loads(leissner("bill", "check", 2, "--json").out) if row["kind"] == "differs"]
    assert bool(found) == is_odd
    for row in found:
        assert row["params"]["difference"] == pytest.approx(row["params"]["total"] - row["params"]["mean"])


def test_what_differs_most_comes_first(leissner, conn, tmp_path):  # noqa: F811
    conn.execute("update billing.setting set value = '0' where name in ('bill_check_percent', 'bill_check_amount')")
    (tmp_path / "contracts.csv").write_text("contract_no,customer_no,start\nKC2,K2,2026-09-01\n")
    (tmp_path / "contract_lines.csv").write_text(LINES + "KC2,1,VOIP,1,2026-08-31,\n")
    done(leissner("import", tmp_path))
    done(leissner(*RUN, "2026-09-30"))
    done(leissner("bill", "approve", 2, "--date", "2026-09-30", "--yes"))
    (tmp_path / "contract_lines.csv").write_text(MORE["contract_lines.csv"] + "KC2,1,VOIP,9,2026-08-31,\n")
    done(leissner("import", tmp_path / "contract_lines.csv"))
    leissner(*RUN, THROUGH)
    found = [row for row in json.loads(leissner("bill", "check", 3, "--json").out) if row["kind"] == "differs"]
    assert [row["subject"] for row in found] == ["K2", "K1"]


@pytest.mark.parametrize(("kind", "plant"), [
    ("ended", "update billing.contract_line set to_on = '2026-10-20'"
              " where contract_id = (select contract_id from billing.contract where contract_no = 'KC1')"),
    ("address", "update billing.customer set street = null where customer_no = 'K1'"),
])
def test_what_changed_after_the_drafts_were_made_is_told_before_approval(leissner, conn, kind, plant):  # noqa: F811
    assert odd(leissner) == []
    conn.execute(plant)
    found = json.loads(leissner("bill", "check", 2, "--json").out)
    assert [row["kind"] for row in found] == [kind]
    done(leissner("bill", "discard", 2, "--yes"))
    assert kind not in {row["kind"] for row in odd_again(leissner)}


def odd_again(leissner) -> list[dict]:
    """What looks odd in drafts made anew."""
    leissner(*RUN, THROUGH)
    return json.loads(leissner("bill", "check", 3, "--json").out)
