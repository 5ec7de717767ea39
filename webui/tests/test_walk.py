"""Every link of every page leads to a page that its reader may see; every route lets in its levels and no others."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from werkzeug.exceptions import HTTPException

from leissner.scripts import db
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
    "customer.number_move", "customer.bulk_change", "pricing.activate", "usage.rerated", "usage.loading",
    "usage.dropped", "invoice.ways", "invoice.state",
    "ledger.collection_file", "ledger.withdraw", "admin.job", "admin.job_run",
    "report.own", "report.own_rows", "report.own_edit", "report.own_delete",
    "report.contracts", "report.billed", "report.schedule", "report.schedule_edit",
}


@pytest.fixture(scope="module")
def clients(lived_web):
    """One client a level; an API key."""
    clients = {level: lived_web.browser(level, scope=SCOPES.get(level)) for level in EVERYONE}
    with lived_web.database.connect(db.CLI_LOGIN) as conn, db.transaction(conn, "admin"):
        db.call(conn, "api_key_add", p_name="admin-en", p_title="CRM")
    return clients


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
    monkeypatch.setattr(work, "start", lambda *what, **more: True)
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


class Forms(HTMLParser):
    """The forms of a page with what they hold."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[dict] = []
        self.name = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.found.append({"method": given.get("method"), "action": given.get("action"), "data": {}})
        elif not self.found:
            return
        elif tag == "option" and "selected" in given and self.name:
            self.found[-1]["data"].setdefault(self.name, []).append(given.get("value"))
        elif tag in ("select", "textarea"):
            self.name = given.get("name")
        elif tag == "input" and given.get("name") and given.get("type") != "checkbox" or "checked" in given:
            self.found[-1]["data"].setdefault(given["name"], []).append(given.get("value", "on"))


def test_two_people_do_not_overwrite_each_other(lived_web, clients, walked):
    """What somebody saved while the form lay open is not overwritten: every form of something that is there knows
    the version that it shows."""
    match = lived_web.app.url_map.bind("localhost").match
    tried, wrong = set(), []
    for seen in walked["admin"]:
        for form in Forms(seen.text).found:
            address = form["action"] or seen.address
            if form["method"] != "post":
                continue
            endpoint = match(urlsplit(address).path, "POST")[0]
            data = {name: list(values) for name, values in form["data"].items()} | {"reason": ["why"]}
            data |= {"limit": ["100"]} if "limit" in data else {"step": ["sure"], "end_on": ["2099-12-31"]}
            if endpoint in tried:
                continue
            if "row_version" in data and data["row_version"][0] not in ("", "0"):
                data["row_version"] = [f"{int(data['row_version'][0]) - 1}"]
            elif data.get("old", [""])[0].startswith("["):
                data["old"] = [json.dumps(["other" if one else one for one in json.loads(data["old"][0])])]
            else:
                continue
            tried.add(endpoint)
            answer = clients["admin"].post(address, data=data)
            page = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
            if answer.status_code not in (409, 422) or not re.search("meanwhile|changed", page):
                wrong.append((address, answer.status_code, re.findall(r"main.*?notice.{200}", page, re.S)[:1]))
    assert not wrong, "\n".join(f"{one}" for one in wrong)
    assert len(tried) > 12
