"""What becomes of invoices: VAT of every kind, amounts carried, credits billed again, forecasts, reports, checks."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from leissner.scripts import db
from leissner.scripts.tests.test_bill import (  # noqa: F401
    COMMAND,
    THROUGH,
    conn,
    database,
    done,
    lines,
    loaded,
    rows,
)


def run(leissner, through=THROUGH) -> dict:
    outcome = leissner("bill", "run", "--through", through, "--json")
    assert outcome.code in (0, 1) and outcome.out, outcome.err
    return json.loads(outcome.out, parse_float=Decimal)


def approved(leissner, through=THROUGH, is_today=False) -> dict:
    made = run(leissner, through)
    done(leissner("bill", "approve", made["run"], "--yes", *(() if is_today else ("--date", through))))
    return made


@pytest.mark.parametrize(("change", "category", "percent"), [
    ("country = 'US', vat_no = null", "O", 0),
    ("country = 'DE', vat_no = 'DE811115368', kind = 'business'", "AE", 0),
    ("country = 'DE', vat_no = null, kind = 'private'", "S", 25),
    ("country = 'SE'", "S", 25),
])
def test_the_buyer_decides_the_vat(leissner, database, conn, change, category, percent):  # noqa: F811
    conn.execute("insert into billing.vat_code (code, percent, category, account, valid)"
                 " values ('OUT', 0, 'O', null, daterange(null, null))")
    conn.execute(f"update billing.customer set {change} where customer_no = '2000'")
    run(leissner)
    found = rows(conn, "select category, percent, one.tax - round(base * percent * 0.01, 2), base > 0"
                       " from billing.invoice_tax as one inner join billing.invoice using (invoice_id)"
                       " inner join billing.customer on customer_id = payer_id where customer_no = '2000'")
    assert found == [(category, percent, 0, True)]
    done(leissner("check"))


def test_a_rate_that_changes_inside_a_period_cuts_it(leissner, database, conn):  # noqa: F811
    conn.execute("update billing.vat_code set valid = daterange(null, '2026-10-16') where code = 'SE25'")
    conn.execute("insert into billing.vat_code (code, percent, category, account, valid)"
                 " values ('SE25', 12, 'S', '2621', daterange('2026-10-16', null))")
    run(leissner)
    cut = rows(conn, "select vat_percent, lower(line.valid)::text, upper(line.valid)::text"
                     " from billing.invoice_line as line inner join billing.contract using (contract_id)"
                     " where contract_no = 'C5' and charge_kind = 'periodic' order by 2")
    assert cut == [(25, "2026-10-06", "2026-10-16"), (12, "2026-10-16", "2026-11-01")]
    sums = rows(conn, "select sum(tax) from billing.invoice_tax where tax <> round(base * percent * 0.01, 2)")
    assert sums == [(None,)]
    done(leissner("check"))


def test_small_amounts_wait_three_times_and_no_longer(leissner, database, conn):  # noqa: F811
    conn.execute("update billing.setting set value = '200' where name = 'minimum_invoice'")
    conn.execute("insert into billing.setting (name, value) values ('minimum_invoice', '200') on conflict do nothing")
    small = "3001"  # one line of a mobile subscription
    seen = []
    for through in ("2026-10-06", "2026-10-07", "2026-10-08", "2026-10-09"):
        approved(leissner, through)
        seen.append(rows(conn, "select count(*) from billing.invoice inner join billing.customer"
                               f" on customer_id = payer_id where customer_no = '{small}'")[0][0])
    carried = rows(conn, "select count(*) from billing.bill_carry inner join billing.customer on customer_id = payer_id"
                         f" where customer_no = '{small}'")[0][0]
    assert seen[:3] == [0, 0, 0] and carried <= 3
    done(leissner("check"))


def dearer(leissner, conn) -> None:  # noqa: F811
    conn.execute("update billing.price_item set rate = rate * 2 where rate is not null and service_charge_id is null")
    done(leissner("calls", "rerate", "--from", "2026-08-01", "--to", "2026-11-01"))


@pytest.mark.parametrize("is_dearer_meanwhile", [False, True])
def test_a_credit_after_a_correction_sets_all_free_and_it_is_billed_once(
        leissner, database, conn, is_dearer_meanwhile):  # noqa: F811
    approved(leissner)
    dearer(leissner, conn)
    approved(leissner)
    due = rows(conn, "select customer_id, sum(amount) from billing.call_billed group by 1 order by 1")
    for number in [row[0] for row in rows(conn, "select invoice_no from billing.invoice where kind = 'invoice'"
                                                " and bill_run_id = 1 order by 1")]:
        done(leissner("bill", "credit", number, "--rebill", "--yes"))
    done(leissner("check"))
    if is_dearer_meanwhile:
        dearer(leissner, conn)
        due = rows(conn, "select customer_id, sum(retail) from billing.call inner join billing.price_list"
                         " on price_list_id = retail_list_id inner join billing.customer using (customer_id)"
                         f" where start_on <= '{THROUGH}' and customer_no <> '4000' group by 1 order by 1")
    approved(leissner, is_today=True)
    billed = dict(rows(conn, "select customer_id, sum(amount) from billing.call_billed group by 1"))
    assert {one: round(billed[one], 4) for one, _ in due} == {one: round(amount, 4) for one, amount in due}
    assert rows(conn, "select distinct sum(turn) from billing.call_billed group by customer_id, start_on, call_id"
                ) == [(1,)]
    assert run(leissner)["documents"] == 0
    done(leissner("check"))


def test_a_forecast_is_what_the_run_then_gives_and_leaves_nothing(leissner, database, conn):  # noqa: F811
    said = json.loads(done(leissner("bill", "forecast", "--through", THROUGH, "--json")).out, parse_float=Decimal)
    assert rows(conn, "select count(*) from billing.bill_run") == [(0,)]
    made = run(leissner)
    assert (said["documents"], said["totals"]) == (made["documents"], made["totals"])
    assert made["run"] == 1  # a forecast takes no number


def test_a_run_that_finds_nothing_is_discarded_by_itself_and_says_so(leissner, database, conn):  # noqa: F811
    run(leissner)
    again = done(leissner("bill", "run", "--through", THROUGH))
    assert "Run 2 through 2026-10-31 found nothing to bill, and is discarded." in again.out
    assert "Next:" not in again.out
    assert rows(conn, "select bill_run_id from billing.bill_run") == [(1,)]
    conn.execute("delete from billing.exchange_rate")
    conn.execute("update billing.customer set street = null where customer_no = '3000'")
    done(leissner("bill", "discard", 1, "--yes"))
    outcome = leissner("bill", "run", "--through", THROUGH, "--customers", "3000")  # its faults can be read
    assert outcome.code == 1 and rows(conn, "select state from billing.bill_run") == [("draft",)]


def test_killed_at_any_moment_it_goes_on_to_the_same_month(leissner, database, conn, tmp_path):  # noqa: F811
    run(leissner)
    undisturbed = lines(leissner, tmp_path, 1)
    done(leissner("bill", "discard", 1, "--yes"))
    kills = 0
    for delay in (0.25, 0.35, 0.45, 0.55, 0.65):
        one = subprocess.Popen([sys.executable, "-c", COMMAND, "bill", "run", "--through", THROUGH],
                               env=os.environ | {"DATABASE_URL": database.url(db.CLI_LOGIN)},
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        one.send_signal(signal.SIGKILL)
        kills += one.wait() == -signal.SIGKILL
        time.sleep(0.2)  # until the server has noticed
        left = rows(conn, "select bill_run_id, state from billing.bill_run order by 1 desc limit 1")
        if left and left[0][1] == "making":
            done(leissner("bill", "run", "--resume"))
        if not left:
            run(leissner)
        latest = rows(conn, "select max(bill_run_id) from billing.bill_run")[0][0]
        assert lines(leissner, tmp_path, latest) == undisturbed
        done(leissner("bill", "discard", latest, "--yes"))
    assert kills


@pytest.mark.parametrize(("plant", "says"), [
    ("update billing.invoice_line set net = net + 1 where charge_kind = 'periodic' and place = 1", "its lines come to"),
    ("update billing.invoice_tax set tax = tax + 0.01", "tax"),
    ("update billing.call_billed set amount = amount + 1 where turn = 1", "its calls come to"),
    ("insert into billing.call_billed select customer_id, start_on, call_id, invoice_line_id + 1, amount, turn"
     " from billing.call_billed limit 1", "billed 2 times"),
    ("update billing.number_series set last_no = last_no + 1", "the counter stands at"),
    ("delete from billing.invoice where number = 2", "the counter stands at"),
])
def test_what_is_planted_behind_the_rules_is_found(leissner, database, conn, plant, says):  # noqa: F811
    approved(leissner)
    done(leissner("check"))
    conn.execute("set session_replication_role = replica")
    conn.execute(plant)
    outcome = leissner("check")
    assert outcome.code == 1 and says in outcome.out


def test_a_document_shows_unit_prices_discounts_and_what_kinds_of_calls_cost(
        leissner, database, conn):  # noqa: F811
    conn.execute("update billing.customer set call_specification = 'summary'")
    conn.execute("update billing.customer set country = 'DE', kind = 'private', vat_no = null"
                 " where customer_no = '2000'")
    approved(leissner)
    documents = [json.loads(done(leissner("bill", "document", number)).out, parse_float=Decimal) for number, in rows(
        conn, "select invoice_no from billing.invoice order by 1")]
    every = [(one, line) for one in documents for customer in one["customers"] for contract in customer["contracts"]
             for line in contract["lines"]]
    lists = {tuple(row[:2]): row[2:] for row in rows(
        conn, "select invoice_no, place, min(round(item.rate, 2)), max(round(item.rate, 2))"
              " from billing.invoice_line inner join billing.invoice using (invoice_id)"
              " inner join billing.price_item as item using (service_charge_id)"
              " where item.rate is not null and not exists (select from billing.price_item as other"
              "  where other.service_charge_id = item.service_charge_id and other.rate is distinct from item.rate)"
              " group by 1, 2")}
    compared = 0
    for one, line in every:
        known = lists.get((one["number"], line["no"]))
        if known and (line["price_unit"] == "MON" or line["kind"] == "one_time"):
            assert known[0] == line["price"] == known[1]
            compared += 1
        if line["discount"] is not None:
            assert line["regular"] - line["discount"] == line["net"] and line["discount"] > 0
    assert compared and any(line["discount"] for _, line in every)
    months = [line for _, line in every if line["price_unit"] == "MON" and line["from"][-2:] == "01"
              and line["from"][:7] == line["through"][:7] and line["through"][-2:] in ("30", "31")]
    assert months and all(line["price"] * line["quantity"] == line["net"] for line in months)
    abroad = next(one for one in documents if one["payer"]["customer_no"] == "2000")
    assert (abroad["payer"]["country_name"], abroad["seller"]["country_name"]) == ("Germany", "Sweden")
    assert {one["seller"]["country_name"] for one in documents} == {None, "Sweden"}
    kinds = [kind for one in documents if one["specification"] for number in one["specification"]["numbers"]
             for kind in number["destinations"]]
    assert {(kind["unit"], kind["per"]) for kind in kinds} >= {("second", 60), ("event", 1)}
    uniform = [kind for kind in kinds if kind["price"] is not None and kind["unit"] == "event"]
    assert uniform and all(kind["net"] <= kind["units"] * kind["price"] + kind["calls"] * kind["setup"]
                           for kind in uniform)


def test_the_annex_of_every_document_comes_to_its_lines(leissner, database, conn):  # noqa: F811
    conn.execute("update billing.customer set call_specification = 'full'")
    conn.execute("update billing.price_item set rate = rate + 0.0001 where rate > 0 and service_charge_id is null")
    conn.execute("update billing.price_list set decimals = 4 where level = 'retail'")  # so that rows need more than öre
    done(leissner("calls", "rerate", "--from", "2026-08-01", "--to", "2026-11-01"))
    approved(leissner)
    dearer(leissner, conn)
    approved(leissner)
    for number in ("20260001", "20260005"):
        done(leissner("bill", "credit", number, "--rebill", "--yes"))
    approved(leissner, is_today=True)
    rounded = compared = 0
    for number, in rows(conn, "select invoice_no from billing.invoice"):
        found = json.loads(done(leissner("bill", "document", number)).out, parse_float=Decimal)
        usage = sum(line["net"] for customer in found["customers"] for contract in customer["contracts"]
                    for line in contract["lines"] if line["calls"] is not None)
        numbers = found["specification"]["numbers"] if found["specification"] else []
        assert sum(one["net"] for one in numbers) == usage, number
        for one in numbers:
            kinds = sum(kind["net"] for kind in one["destinations"])
            assert kinds + (one["rounding"] or 0) == one["net"] == round(one["net"], 2)
            assert sum(call["net"] for call in one["calls_list"]) == kinds
            rounded += one["rounding"] is not None
            compared += 1
    assert compared > 20 and rounded


def test_reports_come_to_what_was_invoiced(leissner, database, conn):  # noqa: F811
    approved(leissner)
    done(leissner("bill", "credit", "20260005", "--lines", "1", "--yes"))
    net = rows(conn, "select sum(round(net * home_rate, 2)) from billing.invoice")[0][0]
    [(tax,)] = rows(conn, "select sum(round(one.tax * home_rate, 2)) from billing.invoice_tax as one"
                          " inner join billing.invoice using (invoice_id)")
    product = rows(conn, "select sum(net), sum(vat), sum(share_percent)"
                         " from report.billed_per_product('2026-10-01', '2027-12-31')")
    assert product[0][:2] == (net, tax) and abs(product[0][2] - 100) < Decimal("0.1")
    conn.execute("set session_replication_role = replica")
    left = rows(conn, "select net, earned, deferred, by_month from report.scheduling('2026-10-31')")
    assert left
    for amount, earned, deferred, by_month in left:
        assert earned + deferred == amount and sum(Decimal(str(one)) for one in by_month.values()) == deferred
    waiting = rows(conn, "select customer_no, total, usage + periodic + one_time + manual"
                         " from report.customers_not_invoiced('2026-10-31')")
    assert all(total == parts for _, total, parts in waiting)
    conn.execute("update billing.call set retail_base = 0.004 + (call_id % 7) * 0.001")  # each part is rounded down
    conn.execute("delete from billing.call_billed")
    conn.execute("update billing.manual_charge set price = price + 0.004")
    conn.execute("update billing.invoice_line set is_counted = false")
    waiting = rows(conn, "select customer_no, total, usage + periodic + one_time + manual"
                         " from report.customers_not_invoiced('2026-10-31')")
    assert len(waiting) > 3 and all(total == parts for _, total, parts in waiting)


def test_the_starter_and_the_rows_of_the_readme_make_an_invoice(leissner, database, tmp_path):  # noqa: F811
    rows_of = {
        "prices.csv": "price_list,target,rate\nRETAIL,service:TRUNK:monthly,149",
        "customers.csv": "customer_no,name,street,postcode,city\n1,First Customer,Storgatan 1,111 22,Stockholm",
        "contract_lines.csv": "contract_no,line_no,service,quantity,billed_through\n1,1,TRUNK,3,2026-10-31",
    }
    for name, text in rows_of.items():
        (tmp_path / name).write_text(text + "\n", encoding="utf-8")
    done(leissner("import", Path(__file__).parents[1] / "starter"))
    (tmp_path / "prices.csv").write_text("price_list,target,rate\nRETAIL,monthly,99\n", encoding="utf-8")
    outcome = leissner("import", tmp_path)
    assert outcome.code == 1 and "product:CODE or service:CODE:CHARGE" in outcome.err + outcome.out
    (tmp_path / "prices.csv").write_text(rows_of["prices.csv"], encoding="utf-8")
    done(leissner("import", tmp_path))
    made = json.loads(done(leissner("bill", "run", "--through", THROUGH, "--customers", "1", "--json")).out)
    assert made["totals"] == {"SEK": 558.75}
    [number] = [row["invoice"]
                for row in json.loads(done(leissner("bill", "show", made["run"], "--json")).out)["invoices"]]
    found = json.loads(done(leissner("bill", "document", f"draft {number}")).out)
    [line] = found["customers"][0]["contracts"][0]["lines"]
    assert (line["quantity"], line["price"], line["net"], line["from"]) == (3, 149, 447, "2026-11-01")


def test_a_clerk_is_told_what_happened_and_what_to_do(leissner, database, conn, monkeypatch):  # noqa: F811
    conn.execute("update billing.setting set value = 1 where name = 'bill_check_history'")
    assert leissner("bill", "run").code == 2
    approved(leissner)
    outcome = done(leissner("bill", "credit", "20260005", "--yes"))
    assert "credits 20260005: " in outcome.out and "Next: leissner bill deliver 2 " in outcome.out
    assert "credits 20260005" in leissner("bill", "list").out.splitlines()[0]
    outcome = leissner("bill", "credit", "20260005", "--yes")
    assert outcome.code == 1 and "has no lines 1, 2" in outcome.err
    made = run(leissner, "2026-11-30")
    for answer, says in (("", "--yes"), ("n\n", "Nothing was changed.")):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        outcome = leissner("bill", "discard", made["run"])
        assert outcome.code == 1 and says in outcome.err
    assert f"--month {made['through'][:7]}" in leissner("bill", "check", made["run"]).out
    done(leissner("bill", "discard", made["run"], "--yes"))


def test_a_forecast_with_faults_asks_for_a_person(leissner, database, conn):  # noqa: F811
    conn.execute("update billing.customer set street = null where customer_no = '3000'")
    outcome = leissner("bill", "forecast", "--through", THROUGH)
    assert outcome.code == 1 and "1 fault;" in outcome.out


def test_a_draft_bears_the_day_of_the_operator(leissner, database, conn):  # noqa: F811
    run(leissner)
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # 25 hours apart: at least one has another day than UTC
        conn.execute("update billing.operator set time_zone = %s", (zone,))
        [(draft, today)] = rows(conn, "select min(invoice_id), (now() at time zone time_zone)::date::text"
                                      " from billing.invoice, billing.operator group by time_zone")
        found = json.loads(done(leissner("bill", "document", f"draft {draft}")).out)
        assert found["date"] == today and found["history"][-1]["month"] == today[:7]


def test_the_mean_is_of_earlier_invoices_without_their_credit_notes(leissner, database, conn):  # noqa: F811
    approved(leissner)
    [(payer, total)] = rows(conn, "select customer_no, round(total, 2) from billing.invoice"
                                  " inner join billing.customer on customer_id = payer_id"
                                  " where invoice_no = '20260005'")
    done(leissner("bill", "credit", "20260005", "--yes"))
    conn.execute("update billing.setting set value = 0 where name in ('bill_check_percent', 'bill_check_amount')")
    conn.execute("update billing.setting set value = 1 where name = 'bill_check_history'")
    assert approved(leissner, "2026-11-30", is_today=True)["run"] == 3

    def means(number):
        found = json.loads(leissner("bill", "check", number, "--json").out, parse_float=Decimal)
        return {row["subject"]: row["params"] for row in found if row["kind"] == "differs"}

    assert (means(1), means(3)[payer]["mean"]) == ({}, total)


def test_days_of_documents_run_with_their_numbers_and_none_lies_ahead(leissner, database, conn):  # noqa: F811
    first, second = run(leissner, "2026-10-31")["run"], run(leissner, "2026-11-27")["run"]
    [(today, tomorrow)] = rows(conn, "select logic.today()::text, (logic.today() + 1)::text")

    def refused(*command):
        outcome = leissner("bill", *command, "--yes")
        assert outcome.code == 1, outcome.out
        return outcome.err

    assert f"{tomorrow} has not come yet: today is {today}" in refused("approve", first, "--date", tomorrow)
    assert rows(conn, "select state from billing.bill_run") == [("draft",), ("draft",)]
    done(leissner("bill", "approve", first, "--date", "2026-11-02", "--yes"))
    number = "20260001"
    assert f"cannot credit invoice {number}, which is of 2026-11-02" in refused("credit", number,
                                                                              "--date", "2026-11-01")
    assert "has not come yet" in refused("credit", number, "--date", tomorrow)
    done(leissner("bill", "approve", second, "--date", "2026-11-03", "--yes"))
    assert "The last document is of 2026-11-03" in refused("credit", number, "--date", "2026-11-02")
    made = run(leissner, "2026-12-31")["run"]
    assert "Give 2026-11-03 or a later day" in refused("approve", made, "--date", "2026-11-02")
    done(leissner("bill", "credit", number, "--date", "2026-11-03", "--yes"))
    assert rows(conn, "select max(invoice_on)::text, max(last_on)::text from billing.invoice, billing.number_series"
                ) == [("2026-11-03", "2026-11-03")]


def test_a_state_that_does_not_fit_is_told_with_what_can_be_done(leissner, database):  # noqa: F811
    approved(leissner)
    outcome = leissner("bill", "discard", 1, "--yes")
    assert outcome.code == 1 and "Only a draft is approved or discarded" in outcome.err
