"""Templates of what leaves: which file is the operator's own, which is ours, and each as it stands."""

import io

from flask import abort, render_template, send_file

from leissner.scripts.invoice_pdf import TEMPLATES as STANDARD
from leissner.scripts.invoice_pdf import own_folder
from leissner.scripts.server import Home
from leissner.webui import database
from leissner.webui.access import page
from leissner.webui.admin import TEMPLATES, pages
from leissner.webui.texts import gettext as _

SAYS = {
    "invoice.typ": "Invoices and credit notes", "reminder.typ": "Reminders", "statement.typ": "Statements of account",
    "style.typ": "Colours, fonts, the window of the envelope, the giro slip", "logo.svg": "The logo",
    "texts/sv.typ": "Words in Swedish", "texts/en.typ": "Words in English",
}


def _files() -> dict[str, tuple]:
    """The file in use for each name, and whether it is the operator's own."""
    found = {}
    for folder in filter(None, (STANDARD, own_folder())):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                found[path.relative_to(folder).as_posix()] = path, folder != STANDARD
    return found


@page(pages, "/admin/templates", TEMPLATES)
def templates():
    """The files, in the order of who needs them."""
    rows = [{"name": name, "is_own": is_own, "bytes": path.stat().st_size, "says": SAYS.get(name)}
            for name, (path, is_own) in sorted(_files().items(), key=lambda one: (one[0] not in SAYS, one[0]))]
    return render_template("admin/templates.html", title=_("Templates"), rows=rows, folder=Home().path / "templates")


@page(pages, "/admin/templates/<path:name>", TEMPLATES)
def template(name: str):
    """A file as it is used, to begin an own one with."""
    found = _files().get(name) or abort(404)
    database.look("export", f"template {name}")
    return send_file(io.BytesIO(found[0].read_bytes()), "application/octet-stream", as_attachment=True,
                     download_name=name.split("/")[-1])
