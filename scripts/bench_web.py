"""The web part of `leissner bench`, and the walk that tests use: every page that links lead to, as each level.

What is measured is the server's time of a page, without a network: from the request to the last byte of the answer.
Beside the links it asks every route that answers GET, with what a large operator has, the searches from anywhere, and
every list by each of its columns, filters, searched and further on.
"""

import gzip
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote, urljoin, urlsplit

import click

from leissner.scripts import db, password

LEVELS = ("admin", "pricing", "sales", "support", "finance", "credit", "report", "auditor")
WORDS = "walks through every page"
LINK = re.compile(r'(?:href|hx-get)="([^"#][^"]*)"')
APART = re.compile(r"^/(?:logout|assets/)|export=|\.pdf$|\.xml$|[?&]after=")  # files, and the same page further on
PER_SHAPE = 4  # pages of one kind, /customers/1000 and /customers/1001, that are walked
TARGET_P95_MS, TARGET_P99_MS, TARGET_KB, TARGET_SEARCH_MS = 150, 400, 200, 50
# Answers that are no page: files, and what is computed of everything when it is asked for (reports, exposure, plans,
# simulations, checks, sums of more than 10 000 rows).
FILES = re.compile(r"^/(?:logout|login|assets/|health)|export=|/download|\.(?:pdf|xml|zip)$|/collection/lists/")
RESULTS = re.compile(
    r"^/reports/[^/?]+/rows|^/simulation\?|^/admin/checks/|^/runs/\d+/(?:state|ways)|[?&](?:now|sums)=")


@dataclass
class Seen:
    """A page that was walked: its address, what answered, milliseconds, bytes as they are sent."""

    level: str
    address: str
    status: int
    ms: float
    size: int
    text: str
    calls: int = 0  # of the database
    busy: float = 0  # milliseconds that processors worked on it: what is left of `ms` where others work beside it


def shape(address: str) -> str:
    """What pages of one kind have in common: numbers and codes of the path left out, and values of arguments."""
    parts = urlsplit(address)
    path = re.sub(r"/(?=[^/]*\d)[^/]+", "/*", parts.path)
    return path + "?" + "&".join(sorted(one.partition("=")[0] for one in parts.query.split("&") if one))


def get(client, level: str, address: str) -> Seen:
    """One page, as a browser asks for it."""
    began = time.perf_counter()
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    data = answer.get_data()
    ms = (time.perf_counter() - began) * 1000
    text = ""
    if answer.mimetype == "text/html":
        is_packed = answer.headers.get("Content-Encoding") == "gzip"
        text = (gzip.decompress(data) if is_packed else data).decode("utf-8", "replace")
    return Seen(level, address, answer.status_code, ms, len(data), text)


def walk(client, level: str, most: int = 400, per_shape: int = PER_SHAPE,
         kind_of: Callable[[str], str] = shape) -> Iterator[Seen]:
    """Follows links from the start page, each page once, few of each kind."""
    waiting, known, shapes = ["/"], {"/"}, {}
    while waiting and most:
        address = waiting.pop(0)
        most -= 1
        seen = get(client, level, address)
        yield seen
        for link in LINK.findall(seen.text) if seen.status == 200 else ():
            target = urljoin(address, unescape(link))
            if target.startswith("/") and target not in known and not APART.search(target):
                known.add(target)
                kind = kind_of(target)
                shapes[kind] = shapes.get(kind, 0) + 1
                if shapes[kind] <= per_shape:
                    waiting.append(target)


# What a year of work leaves besides documents and calls, set by set, in the order of what they refer to. %(last)s is
# the day of the newest documents; open items tell what is paid.
YEAR = {
    "journal of the documents": """
insert into billing.entry (entry_id, kind, entry_on, payer_id, invoice_id, made_by)
select invoice_id, 'invoice', invoice_on, payer_id, invoice_id, 'made' from billing.invoice;
insert into billing.entry_row (entry_id, place, account, payer_id, open_item_id, currency, amount, base)
select
    item.invoice_id, one.place, one.account, case one.place when 1 then item.payer_id end,
    case one.place when 1 then item.open_item_id end, 'SEK', one.amount, one.amount
from billing.open_item as item
inner join billing.invoice on invoice.invoice_id = item.invoice_id
cross join lateral (
    values (1, '1510', item.amount), (2, '3001', -invoice.net), (3, '2611', invoice.net - item.amount)
) as one (place, account, amount)
where one.amount <> 0
""",
    "payments": """
insert into billing.payment_file (name, digest, bytes, state, format, identity, counts, totals, received_at, loaded_at,
    loaded_by)
select
    'bgmax-' || day::date, sha256(day::text::bytea), '', 'loaded', 'bgmax', day::date::text, '{"matched": 4000}', '{}',
    day + interval '6 hours', day + interval '6 hours', 'made'
from generate_series(%(last)s::timestamp - interval '340 days', %(last)s::timestamp + interval '27 days', '1 day')
    as day;
insert into billing.payment (
    payment_file_id, place, account, key, kind, amount, currency, booked_on, payer_name, payer_account, state,
    left_amount, payer_id, explanation
)
select
    file.payment_file_id, row_number() over (partition by paid.booked_on order by paid.open_item_id), '50501055',
    'P' || paid.open_item_id, 'payment', paid.amount, 'SEK', paid.booked_on, customer.name,
    '51' || lpad(customer.customer_id::text, 6, '0'),
    case when paid.open = 0 then 'matched' when mod(paid.open_item_id, 19) = 0 then 'shown' else 'unidentified' end,
    case when paid.open = 0 or mod(paid.open_item_id, 19) = 0 then 0 else paid.amount end,
    case when paid.open = 0 then paid.payer_id end,
    case
        when paid.open = 0 then jsonb_build_array(jsonb_build_object(
            'code', 'payment_matched', 'kind', 'ocr', 'reference', paid.reference, 'amount', paid.amount::text, 'of',
            paid.amount::text, 'document', paid.document_no
        ))
        else '[{"code": "payment_no_reference"}]'
    end
from (
    select
        item.*,
        case item.open
            when 0 then item.due_on - mod(item.open_item_id, 10)::integer
            else %(last)s::date + mod(item.open_item_id, 27)::integer
        end as booked_on
    from billing.open_item as item
    where item.open = 0 or item.item_on = %(last)s and mod(item.open_item_id, 5) = 0
) as paid
inner join billing.customer on customer.customer_id = paid.payer_id
inner join billing.payment_file as file on file.identity = paid.booked_on::text;
insert into billing.payment_reference (payment_id, place, reference, amount, quality)
select
    payment.payment_id, 1, case payment.state when 'matched' then item.reference else '9' || item.reference end,
    payment.amount, case payment.state when 'matched' then 'checked' else 'typed' end
from billing.payment
inner join billing.open_item as item on item.open_item_id = substr(payment.key, 2)::bigint;
insert into billing.entry (entry_id, kind, entry_on, payer_id, payment_id, made_by)
select 10000000 + payment_id, 'payment', booked_on, payer_id, payment_id, 'made' from billing.payment
where state <> 'shown';
insert into billing.entry_row (entry_id, place, account, payer_id, open_item_id, currency, amount, base)
select
    10000000 + payment.payment_id, one.place, one.account, case one.place when 2 then payment.payer_id end,
    case when one.place = 2 and payment.state = 'matched' then substr(payment.key, 2)::bigint end, 'SEK',
    one.amount, one.amount
from billing.payment
cross join lateral (
    values
    (1, '1940', payment.amount), (2, case payment.state when 'matched' then '1510' else '2999' end, -payment.amount)
) as one (place, account, amount)
where payment.state <> 'shown';
select setval('billing.entry_entry_id_seq', max(entry_id)) from billing.entry
""",
    "deliveries": """
insert into billing.delivery (invoice_id, bill_run_id, channel, state, file, pages, digest, reason, made_at, changed_at)
select
    invoice_id, bill_run_id, (array['print', 'email', 'einvoice'])[1 + mod(payer_id, 3)],
    case when mod(invoice_id, 9973) = 0 then 'failed' else 'delivered' end, 'invoice-' || number, 1, '',
    case when mod(invoice_id, 9973) = 0 then 'No such mailbox.' end, invoice_on + interval '8 hours',
    invoice_on + interval '9 hours'
from billing.invoice
""",
    "reminders": """
insert into billing.reminder_run (run_on, made_by)
select day::date, 'made'
from generate_series(%(last)s::timestamp - interval '300 days', %(last)s::timestamp, '20 days') as day;
insert into billing.reminder (
    reminder_run_id, reminder_no, payer_id, currency, step, reminder_on, due_on, fee, total, channel, language, texts,
    reference_kind, reference, parties
)
select
    run.reminder_run_id, 'R' || run.reminder_run_id || '-' || item.open_item_id, item.payer_id, 'SEK', run.step,
    run.run_on, run.run_on + 10, 0, item.open, 'print', 'sv', '{}', 'ocr', item.reference, '{}'
from billing.open_item as item
inner join lateral (
    select *, row_number() over (order by run_on) as step from billing.reminder_run where run_on > item.due_on
    limit 3
) as run on true
where item.open > 0;
insert into billing.reminder_item (reminder_id, open_item_id, step, amount, listed_on)
select reminder.reminder_id, item.open_item_id, reminder.step, item.open, reminder.reminder_on
from billing.reminder
inner join billing.open_item as item on item.document_no = 'R' || reminder.reference;
insert into billing.collection_list (list_on, currency, head, made_by) values (%(last)s, 'SEK', '{}', 'made');
insert into billing.collection_case (collection_list_id, payer_id, capital, content)
select max(list.collection_list_id), item.payer_id, sum(item.open), '{}'
from billing.open_item as item
cross join billing.collection_list as list
where item.open > 0 and item.due_on < %(last)s::date - 200
group by item.payer_id;
insert into billing.collection_item (open_item_id, collection_case_id, capital, told_id)
select item.open_item_id, one.collection_case_id, item.open, 1
from billing.collection_case as one
inner join billing.open_item as item on item.payer_id = one.payer_id
where item.open > 0 and item.due_on < %(last)s::date - 200
""",
    "credit": """
create table made.concerned as
select distinct on (contract.customer_id)
    contract.customer_id, line.contract_line_id, row_number() over () as no
from billing.contract
inner join billing.contract_line as line on line.contract_id = contract.contract_id
where mod(contract.customer_id, 9) = 0
order by contract.customer_id, line.contract_line_id;
insert into billing.credit_state (payer_id, stage, block_on, code, params)
select
    customer_id, case mod(no, 3) when 0 then 'blocked' when 1 then 'warned' else 'noticed' end,
    case mod(no, 3) when 2 then %(last)s::date + 40 end, 'credit_overdue_block', '{"days": "40", "amount": "500.00"}'
from made.concerned where mod(no, 4) < 2;
insert into billing.credit_event (payer_id, kind, happened_at, happened_on, code, params, balance, overdue, made_by)
select
    customer_id, step.kind, %(last)s::timestamp - step.days * interval '1 day', %(last)s::date - step.days,
    'credit_overdue_block', '{"days": "40", "amount": "500.00"}', 500, 500, 'made'
from made.concerned
cross join (values ('warned', 90), ('blocked', 70), ('lifted', 60), ('warned', 20)) as step (kind, days);
insert into billing.credit_message (customer_id, credit_event_id, code, params, language, address, state)
select
    payer_id, credit_event_id, 'credit_overdue_warned', '{"days": "40", "amount": "500.00"}', 'sv', 'a@example.com',
    case mod(credit_event_id, 5) when 0 then 'waiting' else 'sent' end
from billing.credit_event where kind = 'warned';
insert into billing.credit_block (
    contract_line_id, customer_id, payer_id, origin, scope, set_at, set_by, lifted_at, lifted_by
)
select
    contract_line_id, customer_id, customer_id, 'policy', 'outgoing', %(last)s::timestamp - interval '70 days', 'made',
    case when mod(no, 3) > 0 then %(last)s::timestamp - interval '60 days' end,
    case when mod(no, 3) > 0 then 'made' end
from made.concerned;
insert into billing.credit_order (
    contract_line_id, customer_id, action, scope, numbers, exempt, state, way, ordered_at, sent_at, closed_at
)
select
    contract_line_id, customer_id, step.action, step.scope, array['4685' || no], '{}', step.state, 'file',
    %(last)s::timestamp - step.days * interval '1 day', %(last)s::timestamp - step.days * interval '1 day',
    case when step.state <> 'sent' then %(last)s::timestamp - step.days * interval '1 day' end
from made.concerned
cross join (
    values ('block', 'outgoing', 'confirmed', 70), ('unblock', null, 'confirmed', 60), ('block', 'outgoing', 'sent', 1)
) as step (action, scope, state, days);
insert into billing.credit_promise (payer_id, until_on, reason, made_by)
select customer_id, %(last)s::date + 40, 'Pays on the 25th.', 'made' from made.concerned where mod(no, 50) = 0
""",
    "calls in suspense": """
insert into billing.call_suspense (
    source_id, key, key_hash, load_id, line_no, reason, detail, started_at, start_on, units, a_received, b_received,
    mode, carrier
)
select
    source.source_id, 'S' || no, substring(sha256(no::text::bytea) for 16), 1, no, why.reason, why.detail,
    %(last)s::timestamp + no * interval '97 seconds', %(last)s::date + (no * 97 / 86400), 60 + mod(no, 400),
    '4669' || lpad((mod(no, 300) * 100)::text, 7, '0'), '4799' || lpad(mod(no, 40)::text, 2, '0') || '12345', 'voice',
    'terra'
from generate_series(1, 20000) as no
cross join (select source_id from billing.cdr_source order by source_id limit 1) as source
inner join (
    values
    (0, 'no_subscriber', 'No subscriber number.'), (1, 'no_destination', 'No destination.'),
    (2, 'no_price', 'No price.'), (3, 'unknown_carrier', 'No such carrier: x.')
) as why (place, reason, detail) on why.place = mod(no, 4);
insert into billing.cdr_file (
    source_id, name, head_hash, is_complete, opened_at, loaded_at, last_started_at, read, rated, suspended
)
select
    source_id, 'made-' || source_id || '-' || no, sha256((source_id || '-' || no)::bytea), true,
    %(last)s::timestamp - no * interval '3 hours', %(last)s::timestamp - no * interval '3 hours',
    %(last)s::timestamp - no * interval '3 hours', 2500, 2480, 20
from billing.cdr_source cross join generate_series(1, 1000) as no
""",
    "notes": """
insert into billing.customer_note (customer_id, text, written_at, written_by, level)
select
    customer_id, 'Called about the invoice. ' || nth, %(last)s::timestamp - nth * interval '30 days', 'made', 'support'
from billing.customer cross join generate_series(1, 3) as nth where mod(customer_id, 6) = 0
""",
    "runs of jobs": """
insert into billing.job (code, schedule, what)
select 'made-' || no, '0 * * * *', 'calls load' from generate_series(1, 10) as no;
insert into billing.job_run (code, due_at, state, words, made_by, started_at, ended_at, exit_code, counts)
select
    'made-' || job.no, hour, case when mod(extract(epoch from hour)::bigint / 3600, 971) = 0 then 'failed' else 'done'
    end, 'calls load', 'made', hour, hour + interval '20 seconds', 0, '{"read": 2500}'
from generate_series(%(last)s::timestamp - interval '60 days', %(last)s::timestamp, '1 hour') as hour
cross join generate_series(1, 10) as job (no)
""",
    "prices of lists": """
insert into billing.price_item (
    price_list_id, destination_id, mode_id, valid, setup, rate, first_increment, next_increment, free_units,
    free_mode, minimum
)
select
    list.price_list_id, destination.destination_id, mode.mode_id, daterange(%(last)s::date - 300, null), 0.5, 0.7,
    1, 1, 0, 'threshold', 0
from (
    select price_list_id from billing.price_list where level = 'retail' and parent_id is not null
    order by price_list_id desc limit 52
) as list
cross join billing.destination
inner join billing.mode on mode.code = 'voice'
where not exists (
    select from billing.price_item as item
    where item.price_list_id = list.price_list_id and item.destination_id = destination.destination_id
)
""",
    "the log": """
insert into audit.event (event_id, at, tx, actor, level, login, client, kind, subject, detail, digest)
select
    1000000 + no, %(last)s::timestamp - no * interval '97 seconds', 1, 'made', 'support', 'leissner_web',
    'web 127.0.0.1', (array['login', 'export', 'call_list', 'load'])[1 + mod(no, 4)],
    (10000 + mod(no, 90000))::text, '{"rows": 3}', ''
from generate_series(1, 300000) as no
""",
    "a large customer": """
create table made.large as
select contract.contract_id, contract.customer_id, line.contract_line_id, line.service_id, line.valid
from billing.contract
inner join billing.contract_line as line on line.contract_id = contract.contract_id and line.valid is not null
inner join billing.customer on customer.customer_id = contract.customer_id and customer.kind = 'business'
where contract.state = 'active' order by contract.contract_id limit 1;
insert into billing.contract_line (contract_id, line_no, service_id, from_on, quantity, valid)
select large.contract_id, 1000 + no, large.service_id, lower(large.valid), 1, large.valid
from made.large cross join generate_series(1, 500) as no;
insert into billing.subscriber_number (contract_line_id, kind, number, from_on, valid)
select line.contract_line_id, 'number', '46980' || lpad((line.line_no * 10 + nth)::text, 6, '0'), lower(line.valid),
    line.valid
from made.large
inner join billing.contract_line as line on line.contract_id = large.contract_id and line.line_no > 1000
cross join generate_series(0, 9) as nth;
insert into billing.invoice_line (
    invoice_id, place, customer_id, contract_id, contract_line_id, kind, charge_kind, product_id, mode_id, what, text,
    valid, quantity, net, charge_vat, vat_code, vat_percent, vat_category, account
)
select
    invoice.invoice_id, 10 * line.line_no + product.no, large.customer_id, large.contract_id, line.contract_line_id,
    'usage', 'usage', product.product_id, mode.mode_id, 'usage ' || product.no, 'text', invoice.valid, 1, 0, 'SE25',
    'SE25', 25, 'S', '3041'
from made.large
inner join billing.contract_line as line on line.contract_id = large.contract_id and line.line_no > 1000
inner join billing.invoice on invoice.payer_id = large.customer_id and invoice.invoice_on = %(last)s
cross join (select product_id, row_number() over (order by product_id) as no from billing.product limit 5) as product
cross join (select mode_id from billing.mode where code = 'voice') as mode;
update billing.invoice set parties = party.parties
from logic.party_list(array(select payer_id from billing.invoice where invoice_on = %(last)s)) as party
where party.payer_id = invoice.payer_id and invoice.invoice_on = %(last)s;
insert into billing.bill_total (bill_run_id, currency, documents, total)
select bill_run_id, currency, count(*), sum(total) from billing.invoice group by bill_run_id, currency
on conflict do nothing
""",
}


def fill(conn: db.Connection, phase) -> None:
    """What pages show besides documents and calls: the work of the year that these are of."""
    last = conn.execute("select max(invoice_on) as day from billing.invoice").fetchone()["day"]
    conn.execute("create schema if not exists made; set session_replication_role = replica;"
                 " set synchronous_commit = off")
    for name, statements in YEAR.items():
        phase(name, lambda one=statements: [conn.execute(part, {"last": last}) for part in one.split(";\n")])
    conn.execute("drop schema made cascade; set session_replication_role = origin")


# What a route names, asked of the database: those with much, then some as most are. Routes by how they begin.
KNOWN = {
    "/customers/<no>": """
        (select customer_no from billing.customer where customer_id = (
            select contract.customer_id from billing.contract_line inner join billing.contract using (contract_id)
            group by contract.customer_id order by count(*) desc limit 1))
        union (select customer_no from billing.customer inner join billing.credit_block using (customer_id) limit 1)
        union (select customer_no from billing.customer where parent_id is not null limit 1)
        union (select customer_no from billing.customer order by customer_id offset 50000 limit 1)""",
    "/contracts/<no>/lines/<int:line>/bundles/<code>/<day>": """
        select contract_no, line_no, bundle.code, coalesce(bundle.from_on::text, 'begin')
        from billing.bundle inner join billing.contract_line using (contract_line_id)
        inner join billing.contract using (contract_id) limit 2""",
    "/contracts/<no>/lines/<int:line>/terms/<day>": """
        select contract_no, line_no, line_term.from_on from billing.line_term
        inner join billing.contract_line using (contract_line_id) inner join billing.contract using (contract_id)
        limit 2""",
    "/contracts/<no>/terms/<day>": """
        select contract_no, contract_term.from_on from billing.contract_term
        inner join billing.contract using (contract_id) limit 2""",
    "/contracts/<no>/lines/<int:line>": """
        (select contract_no, line_no from billing.contract_line inner join billing.contract using (contract_id)
        order by line_no desc limit 1)
        union all (select contract_no, 1 from billing.contract order by contract_id offset 30000 limit 1)""",
    "/contracts/<no>": """
        (select contract_no from billing.contract where contract_id = (
            select contract_id from billing.contract_line group by contract_id order by count(*) desc limit 1))
        union all (select contract_no from billing.contract order by contract_id offset 30000 limit 2)""",
    "/customers/<no>/terms/<day>": """
        select customer_no, customer_term.from_on from billing.customer_term
        inner join billing.customer using (customer_id) limit 2""",
    "/numbers/<no>/<day>": """
        select number, coalesce(from_on::text, 'begin') from billing.subscriber_number
        where kind = 'number' order by subscriber_number_id offset 90000 limit 1""",
    "/numbers/<no>": """
        select number from billing.subscriber_number where kind = 'number' order by 1 offset 90000 limit 2""",
    "/credit/orders/<int:order>": "select max(credit_order_id) from billing.credit_order",
    "/credit/policies/<code>": "select code from billing.credit_policy limit 1",
    "/credit/payers/<no>": "/customers/<no>",
    "/ledger/customers/<customer>": "/customers/<no>",
    "/ledger/items/<customer>/<document>": """
        (select customer_no, document_no from billing.open_item inner join billing.customer
            on customer_id = payer_id where open > 0 order by open_item_id limit 1)
        union all (select customer_no, document_no from billing.open_item inner join billing.customer
            on customer_id = payer_id where open = 0 order by open_item_id desc limit 1)""",
    "/ledger/payments/<int:payment>": """
        (select payment_id from billing.payment where state = 'unidentified' order by 1 limit 2)
        union all (select payment_id from billing.payment where state = 'matched' order by 1 desc limit 1)""",
    "/ledger/files/<int:file>": "select max(payment_file_id) from billing.payment_file",
    "/ledger/entries/<int:entry>": "select max(entry_id) from billing.entry",
    "/ledger/accounting/events/<event>": "select event from billing.account limit 1",
    "/ledger/collection/cases/<int:case>": "select max(collection_case_id) from billing.collection_case",
    "/invoices/<no>": """
        (select invoice_no from billing.invoice where invoice_id = (
            select invoice_id from billing.invoice_line group by invoice_id order by count(*) desc limit 1))
        union all (select invoice_no from billing.invoice order by invoice_id desc limit 1)""",
    "/runs/<int:run>": "select bill_run_id from billing.bill_run order by 1 desc limit 2",
    "/files/loading/<source>": "select code from billing.cdr_source limit 1",
    "/files/<int:no>": "select max(file_id) from billing.cdr_file",
    "/rerate/<int:no>": "select max(rerate_id) from billing.rerate",
    "/destinations/<code>": """
        (select code from billing.destination inner join billing.prefix using (destination_id)
            group by code order by count(*) desc limit 1)
        union all (select code from billing.destination order by 1 limit 1)""",
    "/prices/<code>": """
        (select code from billing.price_list inner join billing.price_item using (price_list_id)
            group by code order by count(*) desc limit 1)
        union all (select code from billing.price_list order by price_list_id desc limit 1)""",
    "/rings/<code>": "select code from billing.ring limit 2",
    "/reports/<name>": "select unnest(array['calls_per_product', 'active_contracts'])",
    "/calls/<path:call>": """
        select source.code || ':' || call.key || case when call.call_id > 0 then '' end
        from billing.call inner join billing.cdr_source as source using (source_id) limit 2""",
    "/admin/catalog/<file>": "select unnest(array['customers', 'services', 'price_lists', 'accounts'])",
    "/admin/settings/<name>": "select name from billing.setting limit 1",
    "/admin/users/<name>": "select 'walker-admin'",
    "/admin/jobs/<name>/runs/<int:run>": "select code, max(job_run_id) from billing.job_run group by 1 limit 1",
    "/admin/jobs/<name>": "select code from billing.job_run limit 1",
}
# What people look for: numbers and names of others of these, whole, in part and with an error.
SOUGHT = """
select one.words
from (select array[
    customer_no, name, left(name, 6), overlay(name placing 'x' from 4 for 1), split_part(name, ' ', 1),
    (select number from billing.subscriber_number as own where own.kind = 'number' order by 1 offset 90000 limit 1),
    (select invoice_no from billing.invoice where state = 'approved' order by invoice_id desc limit 1),
    (select contract_no from billing.contract order by contract_id desc limit 1),
    coalesce(org_no, '556000-0000'), 'nothing of the kind', 'anders', 'sv'
] as words
from billing.customer where kind = 'business' order by customer_id offset 30000 limit 1) as found
cross join unnest(found.words) as one (words) where one.words is not null
"""


def routes(app, conn: db.Connection, level: str) -> Iterator[str]:
    """An address or more for each route that the level may GET; what the database has none of is left out."""
    asked: dict[str, list[tuple]] = {}
    begins = sorted(KNOWN, key=len, reverse=True)
    for rule in app.url_map.iter_rules():
        levels = getattr(app.view_functions[rule.endpoint], "levels", ())
        if "GET" not in rule.methods or not (level in levels or level == "admin" and levels):
            continue
        if not rule.arguments:
            yield rule.rule
            continue
        if begin := next((one for one in begins if rule.rule.startswith(one)), None):
            query = KNOWN.get(KNOWN[begin], KNOWN[begin])
            if query not in asked:
                asked[query] = [tuple(row.values()) for row in conn.execute(query).fetchall()]
            for row in asked[query]:
                names = re.findall(r"<(?:\w+:)?(\w+)>", rule.rule)
                if len(names) == len(row) and None not in row:
                    values = iter(row)
                    yield re.sub(r"<[^>]+>", lambda _, values=values: quote(f"{next(values)}"), rule.rule)


def variants(seen: Seen, words: list[str]) -> Iterator[str]:
    """The page's list by each of its columns, further on, by each of its filters, and searched."""
    path = urlsplit(seen.address).path
    for link in LINK.findall(seen.text):
        target = urljoin(seen.address, unescape(link))
        if re.search(r"[?&](?:sort|after)=", target) and target.startswith(path + "?") and not RESULTS.search(target):
            yield target
    for select in re.finditer(r'<select name="(\w+)" data-submit>(.*?)</select>', seen.text, re.S):
        for value in [one for one in re.findall(r'<option value="([^"]*)"', select[2]) if one][:4]:
            yield f"{path}?{select[1]}={quote(unescape(value))}"
    if 'id="q" name="q"' in seen.text:
        for one in words:
            yield f"{path}?q={quote(one)}"


def enter(app, conn: db.Connection, level: str, **belongs: str):
    """A client that is logged in as a user of that level, made for the walk. belongs: p_seller, p_customer_no."""
    with db.transaction(conn, "admin"):
        db.call(conn, "user_save", p_name=f"walker-{level}", p_levels=[level], p_language="en", **belongs)
        db.call(conn, "password_set", p_name=f"walker-{level}", **password.new(WORDS))
    client = app.test_client()
    answer = client.post("/login", data={"name": f"walker-{level}", "password": WORDS})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client


@contextmanager
def counted():
    """How often the database is asked, by functions of scripts/db.py."""
    count = {"n": 0}
    names = ("call", "page", "page_sums", "page_stream", "report_rows", "session_user")
    before = {name: getattr(db, name) for name in names}

    def with_count(work):
        def counting(*args, **more):
            count["n"] += 1
            return work(*args, **more)
        return counting

    for name in names:
        setattr(db, name, with_count(before[name]))
    try:
        yield count
    finally:
        for name in names:
            setattr(db, name, before[name])


def pages(app, conn: db.Connection, client, level: str, words: list[str]) -> Iterator[str]:
    """Every address that is measured for a level: links and routes, and of each the variants of its list."""
    known: set[str] = set()
    for seen in walk(client, level):
        known.add(seen.address)
        yield seen.address
        for address in variants(seen, words[:3]) if "?" not in seen.address else ():
            if address not in known:
                known.add(address)
                yield address
    for address in [*routes(app, conn, level), *(f"/search?q={quote(one)}" for one in words)]:
        if address not in known:
            known.add(address)
            yield address
            if "?" not in address:
                seen = get(client, level, address)
                for other in variants(seen, words[:3]) if seen.status == 200 else ():
                    if other not in known:
                        known.add(other)
                        yield other


def people(conn: db.Connection) -> dict[str, dict[str, str]]:
    """The levels that pages are asked as: staff, the largest seller, the largest customer."""
    found = conn.execute("""
        select
            (select seller.code from billing.seller inner join billing.customer using (seller_id)
                group by 1 order by count(*) desc limit 1) as seller,
            (select customer_no from billing.customer where customer_id = (
                select customer_id from billing.contract_line inner join billing.contract using (contract_id)
                group by 1 order by count(*) desc limit 1)) as customer""").fetchone()
    return {level: {} for level in LEVELS} | {
        "seller": {"p_seller": found["seller"]}, "customer": {"p_customer_no": found["customer"]}}


def working(pids: list[int]) -> float:
    """Milliseconds that this process and some others have had a processor."""
    spent = time.process_time() * 1000
    for pid in pids:
        try:
            with open(f"/proc/{pid}/schedstat") as file:
                spent += int(file.read().split()[0]) / 1e6
        except OSError:  # another machine, or another system
            return 0
    return spent


def measure(result: dict, conn: db.Connection, only: tuple[str, ...] = ()) -> None:
    """Asks every page as each level, twice; times are of the second time. `conn` may see everything."""
    from leissner.webui import create_app

    app = create_app()
    app.config["WTF_CSRF_ENABLED"] = False
    words = [row["words"] for row in conn.execute(SOUGHT).fetchall()]
    seen: list[Seen] = []
    with db.connect() as admin, counted() as count:
        for level, belongs in people(conn).items():
            if only and level not in only:
                continue
            client = enter(app, admin, level, **belongs)
            for address in list(pages(app, conn, client, level, words)):
                if not FILES.search(address):
                    with app.extensions["pool"].connection() as own:
                        pids = [own.info.backend_pid]
                    before, spent = count["n"], working(pids)
                    seen.append(get(client, level, address))
                    seen[-1].calls, seen[-1].busy = count["n"] - before, working(pids) - spent
                    seen[-1].text = ""
    result["web"] = summary(seen)
    app.extensions["pool"].close()


def summary(seen: list[Seen]) -> dict:
    """Percentiles of all pages, of the searches and of what is computed while it is shown, and the slowest."""
    apart = [one for one in seen if RESULTS.search(one.address)]
    asked = [one for one in seen if not RESULTS.search(one.address)]
    found = [one.ms for one in asked if one.address.startswith("/search?")]
    cuts = statistics.quantiles([one.ms for one in asked], n=100)
    busy = statistics.quantiles([one.busy for one in asked], n=100)
    kinds: dict[str, list[Seen]] = {}
    for one in asked:
        kinds.setdefault(re.sub(r"\?.*", "", shape(one.address)), []).append(one)

    def row(name: str, part: list[Seen]) -> dict:
        times = sorted(one.ms for one in part)
        return {"page": name, "asked": len(part), "p50": round(times[len(times) // 2]),
                "p95": round(times[len(times) * 95 // 100]), "p99": round(times[len(times) * 99 // 100]),
                "busy": round(sorted(one.busy for one in part)[len(part) * 95 // 100]),
                "kb": round(max(one.size for one in part) / 1000), "calls": max(one.calls for one in part)}

    slow = sorted(asked, key=lambda one: -one.ms)
    return {
        "pages": len(asked), "levels": len({one.level for one in asked}), "p50_ms": round(cuts[49]),
        "p95_ms": round(cuts[94]), "p99_ms": round(cuts[98]), "busy_p95_ms": round(busy[94]),
        "busy_p99_ms": round(busy[98]),
        "over_p99_target": sum(one.ms > TARGET_P99_MS for one in asked),
        "search_ms": round(max(found)) if found else None, "target_search_ms": TARGET_SEARCH_MS,
        "largest_kb": round(max(one.size for one in asked) / 1000), "target_kb": TARGET_KB,
        "by_level": [row(level, [one for one in asked if one.level == level])
                     for level in dict.fromkeys(one.level for one in asked)],
        "kinds": sorted((row(name, part) for name, part in kinds.items()), key=lambda one: -one["p95"]),
        "slowest": [f"{one.ms:.0f} ms  {one.size / 1000:.0f} kB  {one.calls} calls  {one.level:<9}{one.address}"
                    for one in slow[:20]],
        "apart": [f"{one.ms:.0f} ms  {one.level:<9}{one.address}"
                  for one in sorted(apart, key=lambda one: -one.ms)[:5]],
        "wrong": sorted({f"{one.status} {one.level} {one.address}" for one in seen if one.status >= 500}),
        "target_p95_ms": TARGET_P95_MS, "target_p99_ms": TARGET_P99_MS,
    }


def show(web: dict) -> None:
    """Times by kind of page, and the slowest pages."""
    click.echo(f"{web['pages']} pages as {web['levels']} levels: {web['p50_ms']} ms, p95 {web['p95_ms']} ms (target "
               f"{web['target_p95_ms']} ms), p99 {web['p99_ms']} ms (target {web['target_p99_ms']} ms); of it "
               f"processors worked p95 {web['busy_p95_ms']} ms, p99 {web['busy_p99_ms']} ms")
    click.echo(f"the slowest search {web['search_ms']} ms (target {web['target_search_ms']} ms); the largest page "
               f"{web['largest_kb']} kB as sent (target {web['target_kb']} kB)")
    click.echo("  p50  p95  p99 ms  busy   kB  calls  asked  level, then page (the 25 slowest kinds)")
    for one in web["by_level"] + web["kinds"][:25]:
        click.echo(f"{one['p50']:5}{one['p95']:5}{one['p99']:5}{one['busy']:8}{one['kb']:6}{one['calls']:7}"
                   f"{one['asked']:7}  {one['page']}")
    for line in web["slowest"]:
        click.echo("  " + line)
    for line in web["apart"]:
        click.echo("  computed while it is shown, apart: " + line)
    for line in web["wrong"]:
        click.echo("  wrong: " + line)
