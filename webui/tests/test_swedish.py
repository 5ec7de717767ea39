"""Swedish pages speak Swedish, also where the words come from the database: labels, states, kinds, reasons."""

import re
from html import unescape
from html.parser import HTMLParser

import psycopg

from leissner.scripts.bench_web import walk
from leissner.webui import texts

# The values that columns may have, of which people read the words.
CODES = r"""
    select distinct found[1] from pg_constraint as rule
    join pg_namespace as place on place.oid = rule.connamespace
    cross join regexp_matches(pg_get_constraintdef(rule.oid), '''([a-z][a-z_]+)''::text', 'g') as found
    where place.nspname in ('billing', 'access') and rule.contype = 'c'
    and rule.conrelid <> 'billing.setting'::regclass -- names of settings and what people type there
    and pg_get_constraintdef(rule.oid) ~ '(ANY \(ARRAY|<@ ARRAY)'
"""
# What stays as it is: names of formats and programs, codes as they stand in files, words that are Swedish too.
KEPT = set("""
    normal text data sms mms support revisor bankgiro plusgiro iban peppol ftp ftps sftp asterisk freeswitch cucm
    generic csv xlsx json table start slut test print_house export import admin utc
""".split())
ENGLISH = re.compile(r"\b(the|of|is|are|was|were|with|which|that|this|and|by|has|have|not|only|its|it|they|who|from)\b")
# documentation, code, logs
LEFT = re.compile(r"^/(admin/(dictionary|templates|jobs|audit|checks|catalog/(products|modes)$)|reports/own)|text=1")


class Words(HTMLParser):
    """What people read of the content of a page: each piece of text between tags."""

    def __init__(self, page: str):
        super().__init__()
        self.found, self.at = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "style", "pre", "code", "textarea", "svg", "kbd"):
            self.at.append(tag)

    def handle_endtag(self, tag):
        if self.at and self.at[-1] == tag:
            self.at.pop()

    def handle_data(self, data):
        if not self.at and (said := re.sub(r"\s+", " ", data).strip(" \u00a0·,:;–→←…()")):
            self.found.append(said)


def test_no_english_of_the_database_is_on_a_swedish_page(lived_web):
    with psycopg.connect(lived_web.database.conninfo) as conn:
        codes = {code for (code,) in conn.execute(CODES)}
    client, wrong, seen_words = lived_web.browser("admin", "sv"), {}, 0
    with lived_web.app.test_request_context():
        texts.g.language = "sv"
        codes = {one for code in codes for one in (code, code.replace("_", " "))
                 if texts.gettext(code.replace("_", " ")) != code or "_" in code} - KEPT
    assert len(codes) > 100
    for seen in walk(client, "admin", 900, 1):
        if not seen.text.lstrip().startswith("<") or LEFT.search(seen.address):
            continue
        main = seen.text.partition("<main")[2]
        for said in Words(unescape(main)).found:
            seen_words += 1
            parts = {part.strip() for part in re.split(r"[,·/]", said)}
            if parts & codes:
                wrong.setdefault(f"code {sorted(parts & codes)[0]}", []).append(seen.address)
            elif len(ENGLISH.findall(said)) >= 2:
                wrong.setdefault(said[:150], []).append(seen.address)
    assert not wrong, "\n".join(f"{said}: {len(at)} {at[:2]}" for said, at in wrong.items())
    assert seen_words > 3000
