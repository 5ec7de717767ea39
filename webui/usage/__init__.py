"""Calls: the live list, why a call costs what it costs, what waits in suspense, files, margin, rating again."""

from flask import Blueprint

from leissner.webui.access import STAFF

pages = Blueprint("usage", __name__, template_folder="templates")

# Who may look at calls, who may change what they cost or what waits, who sees the margin of many (DESIGN.md 3).
READERS = tuple(one for one in STAFF if one != "report")
ALL_READERS = (*READERS, "seller", "customer")
LOADERS = ("admin", "batch", "integration")  # of whole files
SUSPENSE = ("admin", "pricing", "sales", "support", "finance", "auditor", "batch", "integration")
MENDERS = ("admin", "pricing", "support")
MARGIN = ("admin", "pricing", "finance", "report", "auditor", "batch")
RERATERS = ("admin", "pricing", "batch")

# Each module adds its pages.
from leissner.webui.usage import again, call, files, margin, suspense  # noqa: E402, F401
