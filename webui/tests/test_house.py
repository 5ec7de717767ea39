"""What holds for every page: levels, languages, headers, no inline script or style."""

import importlib
import re
from pathlib import Path

from leissner.webui import shape, texts
from leissner.webui.access import EVERYONE

HERE = Path(__file__).resolve().parents[1]
WORDS = re.compile(r"""(?<![\w.])_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
TITLES = re.compile(r"""(?:Column|Filter|Field)\(\s*"[^"]*",\s*"((?:[^"\\]|\\.)*)\"""")
HELPS = re.compile(r"""\b(?:help|empty)="((?:[^"\\]|\\.)*)\"""")


def test_every_route_declares_its_levels(shared_web):
    web = shared_web
    public = {"access.login", "assets.file", "health"}
    for rule in web.app.url_map.iter_rules():
        view = web.app.view_functions[rule.endpoint]
        levels = getattr(view, "levels", None)
        assert (rule.endpoint in public) != bool(levels), rule.endpoint
        assert not levels or set(levels) <= set(EVERYONE), rule.endpoint


def test_who_is_not_logged_in_sees_the_login_only(shared_web):
    web = shared_web
    client = web.browser()
    for rule in web.app.url_map.iter_rules():
        if "GET" in rule.methods and not rule.arguments and rule.endpoint not in ("health", "access.login"):
            answer = client.get(rule.rule)
            assert answer.status_code == 302 and "/login?next=" in answer.location, rule.rule
    assert client.get("/login").status_code == 200
    assert client.get("/health").get_json() == {"status": "ok"}


def test_each_page_stands_an_empty_database(shared_web):
    client = shared_web.browser("admin")
    for rule in shared_web.app.url_map.iter_rules():
        if "GET" in rule.methods and not rule.arguments and rule.endpoint not in ("health", "access.login"):
            with client.get(rule.rule) as answer:
                assert answer.status_code in (200, 302), (rule.rule, answer.get_data(as_text=True)[-500:])


def test_pages_carry_no_script_or_style_of_their_own_and_say_so(shared_web):
    web = shared_web
    client = web.browser("admin")
    for rule in web.app.url_map.iter_rules():
        if "GET" in rule.methods and not rule.arguments and not rule.rule.startswith("/health"):
            answer = client.get(rule.rule)
            page = answer.get_data(as_text=True)
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)|javascript:", page), rule.rule
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_form_without_its_token_is_refused(web):
    client = web.browser("admin")
    web.app.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/logout").status_code == 400
    assert client.get("/").status_code == 200  # still logged in
    web.app.config["WTF_CSRF_ENABLED"] = False
    client.post("/logout")
    assert client.get("/").status_code == 302


def test_login_goes_on_to_pages_of_ours_only(shared_web):
    web = shared_web
    web.browser("admin")
    for target, ends in (("/customers", "/customers"), ("//evil.example/", "/"), ("https://evil.example/", "/"),
                         ("/\\evil.example", "/")):
        answer = web.app.test_client().post("/login", query_string={"next": target}, data={
            "name": "admin-en", "password": "correct horse battery staple"})
        assert answer.location == ends, target


def test_a_wrong_password_says_nothing_about_the_name(shared_web):
    web = shared_web
    web.browser("admin")
    client = web.browser()
    answers = [client.post("/login", data={"name": name, "password": "x" * 20}).get_data(as_text=True)
               for name in ("admin-en", "nobody")]
    assert all("The name or the password is wrong." in answer for answer in answers)


def test_each_text_has_its_swedish(shared_web):
    missing = set()
    for path in [*HERE.rglob("*.py"), *HERE.rglob("*.html")]:
        if "tests" in path.parts or path.name == "sv.py":
            continue
        source = path.read_text("utf-8")
        found = {eval(one) for one in WORDS.findall(source)}
        if path.suffix == ".py":
            found |= {one for pattern in (TITLES, HELPS) for one in pattern.findall(source)}
        missing |= {(path.name, one) for one in found if one and one not in texts._swedish}
    assert not missing


def test_a_word_is_one_word_on_all_pages():
    """What two topics say in the same words they say in the same Swedish; another sense gets other words."""
    found: dict[str, set] = {}
    for file in (HERE / "sv.py", *HERE.glob("*/sv.py")):
        name = ".".join(file.relative_to(HERE).with_suffix("").parts)
        for english, swedish in importlib.import_module(f"leissner.webui.{name}").TEXTS.items():
            found.setdefault(english, set()).add(swedish)
    assert {english: words for english, words in found.items() if len(words) > 1} == {}
    assert not [words for words in found.values() if re.search(r"\bpott(en|er)?\b|växelkurs", f"{words}", re.I)]


def test_pages_speak_swedish_to_who_wants_it(shared_web):
    web = shared_web
    page = web.browser("admin", "sv").get("/").get_data(as_text=True)
    assert 'lang="sv"' in page and "Logga ut" in page


def test_one_is_not_many(shared_web):
    with shared_web.app.test_request_context():
        for language, words in (("en", "1 invoice"), ("sv", "1 faktura")):
            texts.g.language = language
            assert texts.gettext("{n} invoices", n="1") == words != texts.gettext("{n} invoices", n=2)
    assert all(texts.is_known(one) for one in texts.sv.ONE)


def test_amounts_in_sentences_are_written_as_everywhere(shared_web):
    told = "Matched by OCR 2026002309, 27350.50 of 27350.50: 20260023. 100.00 more. -5.00. 1.2.3, 10:15.30"
    with shared_web.app.test_request_context():
        for language, words in (
            ("en", "27\u202f350.50 of 27\u202f350.50: 20260023. 100.00 more. \u22125.00. 1.2.3, 10:15.30"),
            ("sv", "27\u202f350,50 of 27\u202f350,50: 20260023. 100,00 more. \u22125,00. 1.2.3, 10:15.30"),
        ):
            texts.g.language = language
            assert shape.said(told) == f"Matched by OCR 2026002309, {words}"
