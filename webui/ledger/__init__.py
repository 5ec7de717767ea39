"""The ledger: payments and what they paid, open items, reminders, collection, the journal and the books."""

from flask import Blueprint

pages = Blueprint("ledger", __name__, template_folder="templates")

# Who may look at the ledger, who may change it, who may make reminders (DESIGN.md 3).
READERS = ("admin", "support", "finance", "credit", "report", "auditor", "batch", "integration")
WRITERS = ("admin", "finance")
LATE = ("admin", "finance", "credit")

# Each module adds its pages.
from leissner.webui.ledger import books, file, item, late, payment  # noqa: E402, F401
