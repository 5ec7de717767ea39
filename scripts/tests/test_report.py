"""Reports from the catalog, in each format; and those of the ledger, against sums made here."""

import csv
import io
import json
from collections import defaultdict
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from leissner.scripts import db
from leissner.scripts.tests.test_bill import THROUGH, database, done, loaded, rows  # noqa: F401
from leissner.scripts.tests.test_ledger import conn, pay  # noqa: F401

BUCKETS = ("not_due", "late_1_30", "late_31_60", "late_61_90", "late_over_90")


@pytest.fixture
def billed(leissner, conn):  # noqa: F811
    done(leissner("bill", "run", "--through", THROUGH))
    done(leissner("bill", "approve", 1, "--date", THROUGH, "--yes"))
    return leissner


def as_json(leissner, *words) -> dict:
    return json.loads(done(leissner("report", *words, "--format", "json")).out, parse_float=Decimal)


def ageing(leissner, day: str) -> list[dict]:
    return as_json(leissner, "ageing", "--as-of", day)["rows"]


def expected(conn, day: date) -> dict[str, dict]:  # noqa: F811
    """The same from the journal, item by item."""
    made: dict[str, dict] = defaultdict(lambda: dict.fromkeys(BUCKETS, Decimal()))
    for payer, due, base in rows(conn, f"""
            select payer.customer_no, item.due_on, sum(part.base)
            from billing.open_item as item
            inner join billing.customer as payer on payer.customer_id = item.payer_id
            inner join billing.entry_row as part using (open_item_id)
            inner join billing.entry using (entry_id)
            where entry.entry_on <= '{day}'
            group by item.open_item_id, payer.customer_no having sum(part.base) <> 0"""):
        late = (day - due).days if due else 0
        made[payer][BUCKETS[0 if late <= 0 else min(4, 1 + (late - 1) // 30)]] += base
    return {payer: found | {"total": sum(found.values())} for payer, found in made.items()}


def test_ageing_is_the_journal_of_any_day(billed, conn):  # noqa: F811
    days = [date(2026, 10, 30), date(2026, 10, 31), date(2026, 11, 15), date(2026, 12, 1), date(2026, 12, 31),
            date(2027, 1, 29), date(2027, 1, 30), date(2027, 2, 28), date(2027, 3, 31)]
    before = [ageing(billed, f"{day}") for day in days[:3]]
    first, second = (row[0] for row in rows(conn, "select document_no from billing.open_item order by 1 limit 2"))
    pay(conn, first, "100.00", "2026-12-01")
    pay(conn, second, "100000000", "2026-12-10")  # all of it
    for day in days:
        found = {row["customer_no"]: {name: row[name] for name in (*BUCKETS, "total")}
                 for row in ageing(billed, f"{day}")}
        assert found == expected(conn, day), day
    assert [ageing(billed, f"{day}") for day in days[:3]] == before
    found = as_json(billed, "ageing", "--as-of", "2026-12-31")
    assert found["total"]["total"] == sum(row["total"] for row in found["rows"])


def test_days_of_sales_outstanding(billed, conn):  # noqa: F811
    owed, = rows(conn, "select sum(open_base) from billing.open_item")[0]
    number = rows(conn, "select document_no from billing.open_item order by 1")[0][0]
    pay(conn, number, "100.00", "2026-12-10")
    found = as_json(billed, "days_sales_outstanding", "--as-of", "2026-12-15")["rows"]
    assert [row["day"] for row in found] == [
        "2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31",
        "2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31", "2026-11-30", "2026-12-15"]
    assert [row["days"] for row in found[:10]] == [None] * 10
    assert [(row["receivable"], row["billed"]) for row in found[10:12]] == [(owed, owed)] * 2
    assert found[10]["days"] == 90 and found[12]["receivable"] < owed
    assert found[12]["days"] == round(found[12]["receivable"] * 90 / owed, 1)


def test_each_format_says_the_same(billed, conn, tmp_path):  # noqa: F811
    options = ("--from", "2026-10-01", "--to", "2026-11-01")
    found = as_json(billed, "billed_per_product", *options)
    shown = done(billed("report", "billed_per_product", *options)).out.splitlines()
    assert len(shown) == len(found["rows"]) + 3 and len(set(map(len, shown[:-3]))) == 1  # right-aligned
    assert f"{found['total']['net']:f}" in shown[-1] and set(shown[-2]) == {"-", " "}
    text = done(billed("report", "billed_per_product", *options, "--format", "csv")).out
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [Decimal(line["net"]) for line in lines] == [row["net"] for row in found["rows"]] + [found["total"]["net"]]
    file = tmp_path / "billed.xlsx"
    done(billed("report", "billed_per_product", *options, "--format", "xlsx", "--out", file))
    sheet = openpyxl.load_workbook(file).active
    cells = list(sheet.iter_rows(values_only=True))
    place = cells[0].index("net")
    assert [Decimal(f"{row[place]:.2f}") for row in cells[1:]] == [Decimal(line["net"]) for line in lines]
    assert sheet.cell(1, place + 1).alignment.horizontal == "right"
    done(billed("report", "scheduling", "--as-of", THROUGH, "--format", "xlsx", "--out", file))
    days = [row[5] for row in openpyxl.load_workbook(file).active.iter_rows(min_row=2, values_only=True)]
    assert days[0].date() >= date(2026, 10, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["billed.xlsx"]
    assert rows(conn, "select count(*) from audit.event where kind = 'report'")[0][0] == 5


def test_what_was_billed_is_added_up_once(billed, conn):  # noqa: F811
    options = ("billed_per_product", "--from", "2026-10-01", "--to", "2026-11-01")
    number = rows(conn, "select invoice_no from billing.invoice where total > 0 order by 1")[0][0]
    done(billed("bill", "credit", number, "--date", THROUGH, "--yes"))
    from_lines = as_json(billed, *options)
    with db.transaction(conn, "batch"):
        assert rows(conn, "select api.totals_fold()") == [(0,)]  # of calls: two batches are not worth it
    assert rows(conn, "select count(distinct bill_run_id) from billing.billed_total")[0][0] == 2
    assert as_json(billed, *options) == from_lines
    assert billed("check").code == 0
    conn.execute("set session_replication_role = replica; update billing.billed_total set net = net + 1 where"
                 " bill_run_id = 1")
    outcome = billed("check")
    assert outcome.code == 1 and "added up to" in outcome.out + outcome.err


# Every line and every call asked, whatever is settled.
NOT_INVOICED = """
with billed as (
    select old.contract_line_id, old.service_charge_id, old.charge_vat, old.period_on, old.part_on,
        sum(old.net * invoice.home_rate) as home
    from billing.invoice_line as old
    inner join billing.invoice on invoice.invoice_id = old.invoice_id and invoice.state = 'approved'
    where old.charge_kind in ('one_time', 'periodic') and old.is_counted
    group by 1, 2, 3, 4, 5
),
value (customer_id, kind, day, home) as (
    select due.customer_id, due.charge_kind, due.from_on, due.home - coalesce(billed.home, 0)
    from logic.fee_due_list(
        array(select contract_line_id from billing.contract_line), %(day)s, (%(day)s::date - interval '1 year')::date,
        %(day)s
    ) as due
    left join billed using (contract_line_id, service_charge_id, charge_vat, period_on, part_on)
    where round(due.home - coalesce(billed.home, 0), 2) > 0
    union all
    select contract.customer_id, 'manual', charge.charged_on, charge.quantity * charge.price
        * logic.rate_on(coalesce(customer.currency, 'SEK'), %(day)s)
    from billing.manual_charge as charge
    inner join billing.contract_line using (contract_line_id)
    inner join billing.contract using (contract_id)
    inner join billing.customer using (customer_id)
    where charge.charged_on <= %(day)s and not exists (
        select from billing.invoice_line as old inner join billing.invoice using (invoice_id)
        where old.manual_charge_id = charge.manual_charge_id and old.is_counted and invoice.state = 'approved'
    )
    union all
    select call.customer_id, 'usage', call.start_on, call.retail_base
    from billing.call
    where call.start_on <= %(day)s and 0 >= (
        select coalesce(sum(old.turn), 0) from billing.call_billed as old
        inner join billing.invoice_line using (invoice_line_id)
        inner join billing.invoice using (invoice_id)
        where (old.customer_id, old.start_on, old.call_id) = (call.customer_id, call.start_on, call.call_id)
            and invoice.state = 'approved'
    )
),
part as (
    select pays.payer_id,
        round(coalesce(sum(value.home) filter (where kind = 'usage'), 0), 2) as usage,
        round(coalesce(sum(value.home) filter (where kind = 'periodic'), 0), 2) as periodic,
        round(coalesce(sum(value.home) filter (where kind = 'one_time'), 0), 2) as one_time,
        round(coalesce(sum(value.home) filter (where kind = 'manual'), 0), 2) as manual, min(value.day) as oldest
    from value
    inner join logic.payer_list(array(select customer_id from billing.customer)) as pays
        on pays.customer_id = value.customer_id and pays.valid @> value.day
    group by pays.payer_id
)
select customer_no, usage, periodic, one_time, manual, oldest from part
inner join billing.customer on customer.customer_id = part.payer_id
where usage + periodic + one_time + manual <> 0 order by customer_no
"""


def test_what_is_not_invoiced_is_what_every_line_and_call_says(leissner, conn):  # noqa: F811
    days = [date(2026, 9, 30), date(2026, 10, 14), date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30)]

    def compared() -> list[int]:
        found = []
        for day in days:
            got = rows(conn, "select customer_no, usage, periodic, one_time, manual, oldest_day from"
                             f" report.customers_not_invoiced('{day}') order by customer_no")
            assert got == conn.execute(NOT_INVOICED, {"day": day}).fetchall(), day
            found.append(len(got))
        return found

    before = compared()
    assert min(before) > 0
    done(leissner("bill", "run", "--through", THROUGH))
    assert compared() == before  # a draft is no invoice
    done(leissner("bill", "approve", 1, "--date", THROUGH, "--yes"))
    after = compared()
    assert after[2] < before[2] and after[4] > 0
    for number, in rows(conn, "select invoice_no from billing.invoice where total > 0 order by 1 limit 3"):
        done(leissner("bill", "credit", number, "--date", THROUGH, "--yes", "--rebill"))
    assert compared()[2] > after[2]


def test_all_reports_of_a_month_in_a_folder(billed, tmp_path):
    options = ("--from", "2026-10-01", "--to", "2026-11-01", "--format", "csv")
    done(billed("report", "all", *options, "--out", tmp_path))
    names = {row.split()[0] for row in done(billed("report", "list")).out.splitlines() if row[0] != " "}
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.csv" for name in names}
    assert len(names) >= 17
    for name, words in (("calls_per_seller", options[:4]), ("scheduling", ("--as-of", "2026-10-31"))):
        alone = done(billed("report", name, *words, "--format", "csv")).out
        assert (tmp_path / f"{name}.csv").read_text("utf-8") == alone and len(alone.splitlines()) > 1
    assert billed("report", "all", *options, "--out", tmp_path / "none").code == 2
    assert billed("report", "all", "--from", "2026-10-01").code == 2


def test_what_a_report_needs_and_who_may_see_it_is_said(leissner):
    listed = done(leissner("report", "list")).out
    assert "\nageing [--as-of]\n" in f"\n{listed}" and "\nbilled_per_product --from --to\n" in f"\n{listed}"
    assert "Example" not in listed and "Sums" not in listed
    assert "ageing" not in done(leissner("report", "list", "--level", "sales")).out
    for words, said in ((["strange"], "no report strange"), (["ageing", "--from", "2026-01-01"], "has no --from"),
                        (["billed_per_product", "--from", "2026-01-01"], "needs --to"),
                        (["ageing", "--format", "xlsx"], "--out"), (["ageing", "--level", "sales"], "level sales")):
        outcome = leissner("report", *words)
        assert outcome.code in (1, 2) and said in outcome.err, outcome.err
    assert done(leissner("report", "ageing", "--as-of", "2026-01-01")).out.splitlines()[1] == "nothing"
