"""Reports that people make in the browser: tried, refused in words beside the field, run with rights of one's own."""

import json
import re

import pytest

from leissner.scripts import db
from leissner.scripts.cli import run

SELECT = "select customer_no, name from billing.customer where customer_no >= :least order by customer_no"
SENT = {
    "report": "some_customers", "title": "Some customers", "statement": SELECT, "parameter_name": ["least", ""],
    "parameter_type": ["text", "text"], "parameter_need": ["needed", "needed"], "parameter_default": ["", ""],
    "max_seconds": "60", "max_rows": "1000", "form": "csv", "shared_with": ["finance", "seller"],
}


@pytest.fixture
def own(golden_web, monkeypatch):
    """Runs go over logins of the database, which are found as the command line finds them."""
    monkeypatch.setenv("DATABASE_URL", golden_web.database.url(db.CLI_LOGIN))
    return golden_web


def page(answer, status=200) -> str:
    text = answer.get_data(as_text=True)
    assert answer.status_code == status, text[-600:]
    return text


def test_a_report_is_tried_saved_run_shared_and_deleted(own):
    client = own.browser("report")
    tried = page(client.post("/reports/own/new", data=SENT | {"try": "1"}))
    assert "fill in what to try with: least" in tried
    tried = page(client.post("/reports/own/new", data=SENT | {"try": "1", "try_least": "1000"}))
    assert "Tried, not saved yet" in tried and ">1000<" in tried
    listed = page(client.get("/reports"))
    assert "some_customers" not in listed and "try_" not in listed
    assert client.post("/reports/own/new", data=SENT).location.endswith("/reports/own/some_customers")

    finance = own.browser("finance")
    at = "/reports/own/some_customers"
    assert "some_customers" in page(finance.get("/reports"))
    assert "Run" in page(finance.get(at)) and "Counting" not in page(finance.get(at))
    assert "Fill this in." in page(finance.get(f"{at}?p_least="))
    rows = page(finance.get(f"{at}/rows?p_least=1001"))
    assert ">1001<" in rows and ">1000<" not in rows and "rows" in rows
    assert json.loads(finance.get(f"{at}?p_least=1001&export=json", buffered=True).data)["rows"]
    assert finance.get(f"{at}?p_least=1&export=exe").status_code == 404
    for way in ("edit", "delete", "../new"):
        assert finance.get(f"{at}/{way}" if way != "../new" else "/reports/own/new").status_code == 403
    assert own.browser("support").get(at).status_code == 404

    with own.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin", read_only=True):
        seller = next(row["cells"][0] for row in db.call(conn, "export_rows", p_file="sellers"))
        told = [one for one in db.call(conn, "audit_event_list", p_from="2000-01-01", p_to="2100-01-01")
                if one["subject"] == "some_customers"]
    assert {(one["actor"], one["kind"]) for one in told} >= {("finance-en", "report"), ("finance-en", "report_end")}
    all_rows, own_rows = (len(re.findall("<tr>", page(one.get(f"{at}/rows?p_least=0"))))
                          for one in (finance, own.browser("seller", scope=seller)))
    assert own_rows < all_rows  # with the rights of who runs it

    client.get(f"{at}/edit")
    changed = SENT | {"row_version": "1", "title": "Changed", "column_name": ["name"], "column_title": ["Who"],
                      "column_format": [""]}
    assert client.post(f"{at}/edit", data=changed).status_code == 303
    assert "Who</th>" in page(finance.get(f"{at}/rows?p_least=1000"))
    assert "Someone else" in page(client.post(f"{at}/edit", data=changed), 422)
    assert "It is gone for everyone" in page(client.get(f"{at}/delete"))
    assert client.post(f"{at}/delete").status_code == 303 and client.get(at).status_code == 404


@pytest.mark.parametrize(("change", "words"), [
    ({"statement": "delete from billing.customer"}, "This cannot be a report"),
    ({"statement": "select rolname from pg_roles"}, "A report may not use"),
    ({"report": "ageing"}, "There is a standard report ageing."),
    ({"report": "No good"}, "begins with a letter"),
    ({"parameter_type": ["regclass", "text"]}, "The parameter least cannot be used."),
    ({"max_seconds": "x"}, "This is not a number."),
    ({"max_rows": "0"}, "1 to 1000000 rows"),
])
def test_a_refusal_stands_beside_its_field(own, change, words):
    text = page(own.browser("report").post("/reports/own/new", data=SENT | change), 422)
    assert words in re.sub(r"<svg.*?</svg>", "", "".join(re.findall(r'<p class="error".*?</p>', text, re.S)))
    assert "some_customers" in text or "report" in change  # nothing that was typed is lost


def test_a_standard_report_is_copied(own):
    client = own.browser("report")
    answer = client.post("/reports/own/copy/calls_per_country", data={"new": "my_countries"})
    assert answer.location.endswith("/reports/own/my_countries/edit")
    assert "Calls per country" in page(client.get("/reports/own/my_countries"))
    rows = page(client.get("/reports/own/my_countries/rows?p_from=2026-01-01&p_to=2027-01-01"))
    assert 'class="sum"' in rows
    assert "already" in page(client.post("/reports/own/copy/calls_per_country", data={"new": "my_countries"}), 422)
    assert client.post("/reports/own/my_countries/delete").status_code == 303


WHEN = {"every": "week", "weekday": "1", "clock": "6.30", "form": "csv", "deliver_to": "a@example.se\nb@example.se",
        "as_of": "{yesterday}", "email": ""}


def test_a_report_goes_by_the_clock(own, tmp_path):
    client = own.browser("finance")
    at = "/reports/schedules/new/ageing"
    assert "This is no time of day" in page(client.post(at, data=WHEN | {"clock": "25:00"}), 422)
    assert "is no e-mail address" in page(client.post(at, data=WHEN | {"deliver_to": f"{tmp_path}"}), 422)
    made = client.post(at, data=WHEN)
    assert made.location == "/reports/schedules/report-ageing-1"
    listed = page(client.get("/reports/schedules"))
    assert "every Monday at 06:30" in listed and "a@example.se, b@example.se" in listed
    held = page(client.get(f"{made.location}/edit"))
    assert 'value="06:30"' in held and "a@example.se" in held
    assert own.browser("support").get(made.location).status_code == 404

    admin = own.browser("admin")
    sent = WHEN | {"every": "month", "monthday": "1", "deliver_to": f"{tmp_path}", "period": "last_month"}
    job = admin.post("/reports/schedules/new/calls_per_country", data=sent).location
    assert run(["job", "run", "report-calls_per_country-1"]) == 0
    assert [one.name for one in tmp_path.iterdir()][0].startswith("calls_per_country-")
    assert "calls_per_country-" in page(admin.get(job))
    assert "→" in page(admin.get("/reports/runs/calls_per_country"))
    assert admin.post(job).status_code == 303 and "It is stopped" in page(admin.get(job))
