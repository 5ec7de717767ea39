"""The data dictionary: what is in the database, as its comments say."""

from markupsafe import Markup

from leissner.webui.access import page
from leissner.webui.admin import DICTIONARY, pages
from leissner.webui.lists import Column, Filter, List
from leissner.webui.texts import gettext as _

KINDS = {"schema": "schemas", "table": "tables", "view": "views", "column": "columns", "function": "functions"}
SPACES = ("billing", "access", "audit", "logic", "api", "report")
WORDS = List(
    "dictionary_list", key="path", search=("path", "comment"), name="dictionary",
    columns=[
        Column("path", "Name", show=lambda row: Markup("<code>{}</code>").format(row["path"])),
        Column("kind", "Kind", "word"),
        Column("type", "Type", sorts_as="no", show=lambda row: row["type"] and Markup('<span class="quiet">{}</span>')
               .format(row["type"])),
        Column("comment", "What it is", sorts_as="no",
               show=lambda row: row["comment"] and Markup('<span class="lines">{}</span>').format(row["comment"])),
    ],
    filters=[
        Filter("kind", "Kind", KINDS, is_param=True, default="table"),
        Filter("space", "Schema", {one: one for one in SPACES}),
    ],
)


@page(pages, "/admin/dictionary", DICTIONARY)
def dictionary():
    return WORDS.page("admin/dictionary.html", title=_("Dictionary"))
