"""Every link of every page leads to a page that its reader may see; every route lets in its levels and no others."""

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from werkzeug.exceptions import HTTPException

from leissner.scripts.bench_web import walk
from leissner.webui import work
from leissner.webui.access import EVERYONE, STAFF

ADDRESS = re.compile(r'(?:href|action|hx-get|hx-post)="([^"#][^"]*)"')
SCOPES = {"seller": "anna", "customer": "1000"}
OPEN = ("access.login", "assets.file", "health")
# Addresses that no page links to in this database, because what they are about is not there.
UNLINKED = {
    "access.level": "/level",
    "customer.term": "/customers/1000/terms/2026-01-01",
    "customer.term_delete": "/customers/1000/terms/2026-01-01/delete",
    "customer.contract_approve": "/contracts/C1/approve",
    "customer.contract_term": "/contracts/C1/terms/2026-01-01",
    "customer.contract_term_delete": "/contracts/C1/terms/2026-01-01/delete",
    "customer.line_term": "/contracts/C1/lines/1/terms/2026-01-01",
    "customer.line_term_delete": "/contracts/C1/lines/1/terms/2026-01-01/delete",
    "customer.charge": "/contracts/C1/lines/1/charges",
    "customer.charge_delete": "/contracts/C1/lines/1/charges/delete",
    "customer.number_move": "/numbers/46902003001/2026-03-15/move",
    "pricing.price_undo": "/prices/GOLD/undo",
    "usage.rerated": "/rerate/1",
    "usage.loading": "/files/loading/plain",
    "usage.dropped": "/suspense/dropped",
    "invoice.go": "/runs/2/go",
    "invoice.ways": "/runs/1/ways",
    "ledger.export_file": "/ledger/accounting/exports/1",
    "ledger.fetch": "/ledger/files/fetch",
    "ledger.collection_file": "/ledger/collection/lists/1.csv",
    "ledger.withdraw": "/ledger/collection/cases/1/withdraw",
    "admin.import_now": "/admin/import/" + "0" * 32,
    "admin.job": "/admin/jobs/fold",
    "admin.job_run": "/admin/jobs/fold/runs/1",
    "admin.run_job": "/admin/jobs/fold/run",
    "admin.enable_job": "/admin/jobs/fold/enable",
    "admin.new_key": "/admin/users/admin-en/keys",
    "admin.revoke_key": "/admin/users/admin-en/keys/revoke",
}


@pytest.fixture(scope="module")
def clients(lived_web):
    """One client a level."""
    return {level: lived_web.browser(level, scope=SCOPES.get(level)) for level in EVERYONE}


@pytest.fixture(scope="module")
def walked(lived_web, clients):
    """What each level sees where links lead; admin, who sees most, looks at more pages of a kind."""
    match = lived_web.app.url_map.bind("localhost").match

    def kind(address: str) -> str:
        parts = urlsplit(address)
        try:
            endpoint = match(parts.path)[0]
        except HTTPException:
            return address
        return endpoint + "?" + "&".join(sorted(one.partition("=")[0] for one in parts.query.split("&")))

    return {level: list(walk(client, level, 1000, 2 if level == "admin" else 1, kind))
            for level, client in clients.items()}


@pytest.fixture(scope="module")
def addresses(lived_web, walked):
    """{endpoint: an address of it} of what the pages of all levels link to."""
    match = lived_web.app.url_map.bind("localhost").match
    found = {}
    for seen in (one for pages in walked.values() for one in pages):
        for link in (seen.address, *(unescape(one) for one in ADDRESS.findall(seen.text))):
            path = urlsplit(urljoin(seen.address, link)).path
            for method in ("GET", "POST"):
                try:
                    found.setdefault(match(path, method)[0], path)
                except HTTPException:
                    continue
    return UNLINKED | found


@pytest.mark.parametrize("level", EVERYONE)
def test_no_link_leads_nowhere(walked, level):
    assert {one.address: one.status for one in walked[level] if one.status not in (200, 302)} == {}


def test_every_page_is_linked_to(lived_web, addresses):
    assert [rule.rule for rule in lived_web.app.url_map.iter_rules()
            if rule.endpoint not in addresses and rule.endpoint not in OPEN] == []


def test_a_route_lets_in_its_levels_and_no_others(lived_web, clients, addresses, monkeypatch):
    """Who may not is told so and nothing else, however it is asked; who may gets an answer."""
    monkeypatch.setattr(work, "start", lambda name, command: True)
    app, wrong = lived_web.app, []
    for rule in app.url_map.iter_rules():
        levels = getattr(app.view_functions[rule.endpoint], "levels", None)
        assert (rule.endpoint in OPEN) != bool(levels), f"{rule.rule} declares no levels"
        if not levels or rule.endpoint == "access.logout":
            continue
        for level, client in clients.items():
            may = level in levels or level == "admin" and set(levels) & set(STAFF)
            for method in rule.methods & {"GET", "POST"}:
                if may and (method == "POST" or level != "admin"):
                    continue  # walked already
                with client.open(addresses[rule.endpoint], method=method) as answer:
                    status = answer.status_code
                if status >= 500 or (status == 403) == bool(may):
                    wrong.append((level, method, addresses[rule.endpoint], status))
    assert not wrong, "\n".join(f"{one}" for one in wrong)
