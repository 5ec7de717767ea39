"""Payment files: what each brought, uploading one, fetching from the bank now."""

import tempfile
from pathlib import Path

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.utils import secure_filename

from leissner.scripts import payments as loader
from leissner.webui import database, work
from leissner.webui.access import page
from leissner.webui.forms import Field, Form
from leissner.webui.ledger import READERS, WRITERS, pages
from leissner.webui.ledger.common import tabs
from leissner.webui.lists import Column, Filter, List
from leissner.webui.texts import gettext as _

LARGEST = 64 << 20  # bytes: a bank's largest file of a day is a few
WORK = "payments-fetch"
FILES = List(
    "payment_file_browse_list", key="file", name="payment-files", order="file", is_descending=True,
    search=("name", "reason", "source", "format"), empty="No file yet: upload one, or set up where the bank's are.",
    columns=[
        Column("file", "No", link=lambda row: url_for("ledger.file", file=row["file"])),
        Column("received_at", "Received", "moment"),
        Column("state", "State", "state"),
        Column("name", "Name"),
        Column("format", "Format"),
        Column("source", "From"),
        Column("payments", "Payments", "number", is_summed=True),
        Column("waiting", "Waiting", "number", is_summed=True, show=lambda row: row["waiting"] or None,
               link=lambda row: url_for("ledger.payment_list", file=row["file"], state="unidentified")),
        Column("amount", "Amount", "money"),
        Column("reason", "Why not", sorts_as="no"),
        Column("loaded_by", "By", is_extra=True),
        Column("loaded_at", "Loaded", "moment", is_extra=True),
    ],
    filters=[Filter("state", "State", {
        one: one.replace("_", " ") for one in ("loaded", "rejected", "stopped", "received", "passed_on")})],
)
UPLOAD = [
    Field("file", "File of the bank", "file", help="BgMax, OCR giro, camt.054, KTL … recognised by its content."),
    Field("is_test", "It is marked as a test: load it all the same", "check"),
    Field("is_same", "Its own number was loaded before with other contents: load it all the same", "check"),
]


@page(pages, "/ledger/files", READERS)
def files():
    """The files with what they brought, and where they are fetched from."""
    sources = (database.call("payment_source_state_list")
               if current_user.may("support", "finance", "credit", "auditor", "batch") else [])
    return FILES.page("ledger/files.html", title=_("Payment files"), tabs=tabs(), sources=sources,
                      is_working=work.is_running(WORK), log=work.log(WORK))


@page(pages, "/ledger/files/<int:file>", READERS)
def file(file: int):
    """What one file brought."""
    found = database.one("payment_file_browse_list", p_file=file)
    if not found:
        abort(404)
    states = [{"state": state, "count": found["counts"].get(state), **{
        currency: sums.get(state) for currency, sums in found["totals"].items()}}
        for state in loader.STATES if found["counts"].get(state)]
    columns = [Column("state", "State", "state"), Column("count", "Payments", "number")] + [
        Column(currency, currency if currency != "all" else "Amount", "money") for currency in found["totals"]]
    return render_template("ledger/file.html", file=found, states=states, columns=columns,
                           ignored=found["counts"].get("ignored") or {}, tabs=tabs("ledger.files"))


@page(pages, "/ledger/files/<int:file>/download", ("admin", "finance", "auditor", "batch", "integration"))
def file_download(file: int):
    """The file as it came."""
    database.look("payment_file", f"{file}")
    found = database.one("payment_file_get", p_file=file)
    if not found:
        abort(404)
    name = secure_filename(found["name"]) or f"payments-{file}"
    return Response(found["bytes"], mimetype="application/octet-stream",
                    headers={"Content-Disposition": f'attachment; filename="{name}"'})


@page(pages, "/ledger/files/load", WRITERS, ("GET", "POST"))
def file_load():
    """A file of the bank from this computer, through the same door as `leissner payments load`."""
    form = Form(UPLOAD)
    if form.is_sent:
        sent = request.files.get("file")
        if not sent or not sent.filename:
            form.refuse(_("Choose a file first."), None, "file")
        elif result := _taken(sent, form):
            if result["status"] == "known":
                flash(_("This file was loaded before; nothing was done."), "look")
            elif result["status"] == "loaded":
                flash(_("Loaded."), "done")
            return redirect(url_for("ledger.file", file=result["file"]), 303)
    return form.page("ledger/load.html", tabs=tabs("ledger.files"))


@page(pages, "/ledger/files/fetch", WRITERS, ("POST",))
def fetch():
    """Fetches from all sources now, beside the pages."""
    is_new = work.start(WORK, ["payments", "fetch"])
    flash(_("Fetching has begun.") if is_new else _("It is being fetched already."), "done")
    return redirect(url_for("ledger.files"), 303)


def _taken(sent, form: Form) -> dict | None:
    """Loads what was sent; None: it was too large, and the form says so. It is stored before it is read, so its bytes
    are there whatever becomes of it."""
    with tempfile.TemporaryDirectory(prefix="leissner-") as folder:
        path, size = Path(folder) / "payments", 0
        with open(path, "wb") as out:
            while block := sent.stream.read(1 << 20):
                size += len(block)
                if size > LARGEST:
                    form.refuse(_("The file is larger than {n} MB.", n=LARGEST >> 20), None, "file")
                    return None
                out.write(block)
        with database.plain() as conn:
            return loader.take(
                conn, path, is_test=form["is_test"], same_identity=form["is_same"], name=Path(sent.filename).name[:200],
                level=current_user.level, session=current_user.token, client=database.client())
