"""Administration: users, reference data, jobs, settings, the log, checks, the dictionary; each for its levels."""

from flask import Blueprint, redirect, url_for
from flask_login import current_user

from leissner.webui.access import page

pages = Blueprint("admin", __name__, template_folder="templates")
LOG = ("admin", "auditor")
READERS = ("admin", "pricing", "finance", "credit", "auditor", "batch")
CATALOG = (*READERS, "sales", "support", "report", "integration")
JOBS = ("admin", "finance", "credit", "auditor", "batch")
TEMPLATES = ("admin", "finance", "auditor")
CHECKS = ("admin", "auditor", "batch")
DICTIONARY = (*READERS, "report", "integration")
TABS = (
    ("users", "Users", "admin.users", LOG),
    ("catalog", "Catalog", "admin.catalog", CATALOG),
    ("jobs", "Jobs", "admin.jobs", JOBS),
    ("settings", "Settings", "admin.settings", LOG),
    ("templates", "Templates", "admin.templates", TEMPLATES),
    ("audit", "Audit", "admin.audit", LOG),
    ("checks", "Checks", "admin.checks", CHECKS),
    ("dictionary", "Dictionary", "admin.dictionary", DICTIONARY),
)


@pages.app_template_global("admin_tabs")
def tabs() -> list[tuple[str, str, str]]:
    """The tabs that the reader's level may open."""
    return [(name, title, url_for(endpoint)) for name, title, endpoint, levels in TABS if current_user.may(*levels)]


@page(pages, "/admin", READERS)
def home():
    """The first tab of the reader's level."""
    return redirect(tabs()[0][2])


from leissner.webui.admin import audit, catalog, checks, dictionary, files, jobs, keys, looks, users  # noqa: E402, F401
