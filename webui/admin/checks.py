"""What must always be true, proven on the live data: each check by itself, as it is ready."""

import time

from flask import abort, render_template, request

from leissner.scripts import audit as heads
from leissner.webui import database
from leissner.webui.access import page
from leissner.webui.admin import CHECKS, pages
from leissner.webui.texts import gettext as _

LISTED = 100


@page(pages, "/admin/checks", CHECKS)
def checks():
    """All checks; run=1 runs them: one after the other where htmx is there, else all before the page comes."""
    found = database.call("check_list")
    results = {}
    if "all" in request.args:
        results = {one["name"]: _run(one["name"]) for one in found}
    return render_template("admin/checks.html", title=_("Checks"), rows=found, results=results,
                           is_running="run" in request.args and not results)


@page(pages, "/admin/checks/<name>", CHECKS)
def check(name: str):
    """One check, and the place of the next."""
    found = database.call("check_list")
    names = [one["name"] for one in found]
    if name not in names:
        abort(404)
    place = names.index(name)
    return render_template("admin/check.html", one=found[place], result=_run(name), listed=LISTED,
                           following=found[place + 1] if place + 1 < len(found) else None)


def _run(name: str) -> dict:
    begun = time.monotonic()
    conn = database.connection()
    place, head = heads.head_kept(conn) if name == "audit" else (None, None)
    faults = database.call("check_run", p_seal_no=place, p_head=head, p_name=name)
    return {"faults": faults, "seconds": time.monotonic() - begun}
