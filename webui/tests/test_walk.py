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
PART = {"HX-Request": "true"}  # an answer without the frame of a page
OPEN = ("access.login", "assets.file", "health")
# Pages that none links to in this database, because what they are about is not there.
UNLINKED = {
    "customer.term", "customer.contract_approve", "customer.contract_term", "customer.line_term", "customer.charge",
    "customer.number_move", "pricing.activate", "usage.rerated", "usage.loading", "usage.dropped", "invoice.ways",
    "ledger.collection_file", "ledger.withdraw", "admin.job", "admin.job_run",
    "report.own", "report.own_rows", "report.own_edit", "report.own_delete",
    "report.contracts", "report.billed", "report.schedule", "report.schedule_edit",
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
    return found


@pytest.mark.parametrize("level", EVERYONE)
def test_no_link_leads_nowhere(walked, level):
    assert {one.address: one.status for one in walked[level] if one.status not in (200, 302)} == {}


def test_every_page_is_linked_to(lived_web, addresses):
    assert [rule.rule for rule in lived_web.app.url_map.iter_rules() if "GET" in rule.methods
            and rule.endpoint not in addresses and rule.endpoint not in OPEN and rule.endpoint not in UNLINKED] == []


def test_a_route_lets_in_its_levels_and_no_others(lived_web, clients, addresses, monkeypatch):
    """Who may not is told so and nothing else, however it is asked; who may gets an answer."""
    monkeypatch.setattr(work, "start", lambda name, command: True)
    app, wrong = lived_web.app, []
    addresses = {rule.endpoint: re.sub(r"<int:\w+>", "1", rule.rule) for rule in app.url_map.iter_rules()} | addresses
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
                with client.open(addresses[rule.endpoint], method=method, headers=PART) as answer:
                    status = answer.status_code
                if status >= 500 or (status == 403) == bool(may):
                    wrong.append((level, method, addresses[rule.endpoint], status))
    assert not wrong, "\n".join(f"{one}" for one in wrong)
