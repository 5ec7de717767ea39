"""The credit part of `leissner bench`: a check over many payers with calls that are not billed, against the plain
aggregate of the same tables, and beside ten times as much that is closed.
"""

from pathlib import Path

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError

TARGET_S = 10
TARGET_PLAIN = 2  # times the plain aggregate
TARGET_HISTORY = 1.15  # of the seconds, beside ten times as much that is closed
DESTINATIONS, LOADS, HISTORY = 4, 20, 10
# The least that any check has to read: what is open and what is not billed, summed by payer.
PLAIN = """
select count(*), sum(coalesce(usage.base, 0) * 1.25 + coalesce(item.base, 0)) as exposure
from billing.customer
left join (
    select total.customer_id, sum(total.revenue) as base
    from billing.call_customer_month as total
    inner join billing.usage_month as open on open.month = total.month and not open.is_settled
    group by total.customer_id
) as usage on usage.customer_id = customer.customer_id
left join (
    select item.payer_id, sum(item.open_base) as base
    from billing.open_item as item
    where item.open <> 0
    group by item.payer_id
) as item on item.payer_id = customer.customer_id
"""
# Each statement is given payers and calls; a payer has one line, and calls of this month in batches not folded yet.
ROWS = """
insert into billing.vat_code (code, percent, category, valid) values ('S25', 25, 'S', daterange(null, null));
insert into billing.product (code, name) values ('voice', 'Calls');
insert into billing.mode (code, name, per) values ('voice', 'Voice', 60);
insert into billing.destination (code, name, country, product_id)
select 'D' || no, 'Destination ' || no, 'SE', product_id
from billing.product cross join generate_series(1, {destinations}) as no;
insert into billing.service (code, name, vat_code) values ('line', 'Line', 'S25');
insert into billing.service_charge (service_id, code, name, kind)
select service_id, 'monthly', 'Monthly fee', 'periodic' from billing.service;
insert into billing.customer (customer_no, name, credit_limit)
select 'P' || no, 'Payer ' || no, 5000 from generate_series(1, {payers}) as no;
insert into billing.contract (contract_no, customer_id, start_on)
select customer_no, customer_id, '2020-01-01' from billing.customer;
insert into billing.contract_line (contract_id, line_no, service_id, billed_through)
select contract_id, 1, service_id, current_date + 40 from billing.contract cross join billing.service;
insert into billing.subscriber_number (contract_line_id, number)
select contract_line_id, (46700000000 + contract_line_id)::text from billing.contract_line;
insert into billing.usage_month (month)
select (date_trunc('month', current_date::timestamp) - make_interval(months => no))::date
from generate_series(0, {history}) as no;
update billing.usage_month set is_settled = true where month < date_trunc('month', current_date::timestamp);
insert into billing.call_customer_month (
    month, customer_id, contract_line_id, destination_id, product_id, mode_id, currency, load_id, calls, units, billed,
    cost, unknown_cost, revenue, margin, reseller, operator_margin, seller_margin, retail
)
select
    date_trunc('month', current_date::timestamp)::date, line.contract_line_id, line.contract_line_id, one.destination,
    1, 1, 'SEK', one.batch, count(*), count(*) * 60, count(*) * 60, 0, 0, sum(one.price), 0, 0, 0, 0, sum(one.price)
from (
    select
        1 + no % {payers} as payer, 1 + (no / {payers}) % {destinations} as destination,
        no / {payers} % {loads} as batch,
        1 + no % 700 * 0.01 as price
    from generate_series(1, {calls}) as no
) as one
inner join billing.contract_line as line on line.contract_line_id = one.payer
group by line.contract_line_id, one.destination, one.batch;
insert into billing.open_item (
    kind, payer_id, document_no, currency, amount, open, open_base, item_on, due_on
)
select
    'opening', customer_id, customer_no, 'SEK', 100 + customer_id % 900, 100 + customer_id % 900,
    100 + customer_id % 900, current_date - 40, current_date - 10 + (customer_id % 100 > 0)::int * 20
from billing.customer
"""
CLOSED = """
insert into billing.call_customer_month
select
    (total.month - make_interval(months => no))::date, total.customer_id, total.contract_line_id, total.seller_id,
    total.destination_id, total.product_id, total.mode_id, total.currency, total.load_id, total.calls, total.units,
    total.billed, total.cost, total.unknown_cost, total.revenue, total.margin, total.reseller, total.operator_margin,
    total.seller_margin, total.retail
from billing.call_customer_month as total
cross join generate_series(1, {history}) as no;
insert into billing.open_item (
    kind, payer_id, document_no, currency, amount, open, open_base, item_on, due_on
)
select
    'opening', item.payer_id, item.document_no || '-' || no, 'SEK', item.amount, 0, 0, item.item_on - 30 * no,
    item.due_on - 30 * no
from billing.open_item as item
cross join generate_series(1, {history}) as no
"""


def operator(folder: Path) -> None:
    """The least that an operator needs."""
    folder.mkdir(parents=True)
    (folder / "currencies.csv").write_text("code,decimals\nSEK,2\n")
    (folder / "operator.csv").write_text("name,org_no,currency\nNorrsken Telefoni AB,551234-5678,SEK\n")


def fill(statements: str, **sizes: int) -> None:
    """The rows as loading, billing and booking leave them, without what these check."""
    with db.connect(as_deployer=True) as conn:
        conn.execute("set session_replication_role = replica")
        for statement in statements.split(";\n"):
            conn.execute(statement.format(destinations=DESTINATIONS, loads=LOADS, history=HISTORY, **sizes))
        # triggers were off: the periods in effect
        for table in ("contract", "contract_line", "subscriber_number"):
            conn.execute(f"update billing.{table} set valid = daterange('2020-01-01', null) where valid is null")


def measure(result: dict, files: Path, payers: int, calls: int, phase, command, settle, has_history: bool) -> None:
    """A check that warns some, the same again, the plain aggregate; with history also beside what is closed."""
    operator(files / "operator")
    command("import", files / "operator")
    fill(ROWS, payers=payers, calls=calls)
    settle()
    check = ("credit", "check", "--no-mail")
    with db.connect(as_deployer=True) as conn:
        least = min(phase(result, "plain aggregate of what is open and not billed",
                          lambda: conn.execute(PLAIN).fetchall()) for _ in range(3))
        phase(result, f"credit check of {payers} payers, {calls} calls not billed, the first",
              lambda: command(*check), payers)
        done = conn.execute("select count(*) as n from billing.credit_event").fetchone()["n"]
        settle()
        seconds = min(phase(result, "credit check again", lambda: command(*check), payers) for _ in range(3))
        if not 0 < done < payers or conn.execute(
                "select count(*) as n from billing.credit_event").fetchone()["n"] != done:
            raise LeissnerError("The check did not do what it should, or did it twice.")
    result |= {"credit_steps": done, "credit_seconds": round(seconds, 2),
               "credit_times_plain": round(seconds / least, 1)}
    if has_history:
        fill(CLOSED, payers=payers, calls=calls)
        settle()
        beside = min(phase(result, "credit check beside ten times as much that is closed", lambda: command(*check),
                           payers) for _ in range(3))
        result["credit_growth"] = round(beside / seconds, 2)
