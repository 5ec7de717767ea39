"""Files of call records: what became of each, and new ones from the browser, loaded as `leissner calls load` does."""

import hashlib
import re
import shutil
import tempfile
import time
from pathlib import Path

from flask import flash, redirect, render_template, request, url_for

from leissner.scripts.server import Home
from leissner.webui import database, work
from leissner.webui.access import page
from leissner.webui.forms import Field, Form
from leissner.webui.lists import Column, Filter, List
from leissner.webui.texts import gettext as _
from leissner.webui.usage import LOADERS, READERS, pages
from leissner.webui.usage.common import TWO, choices, tabs

LARGEST = 512 << 20  # bytes
PIECE = 1 << 20
KEPT = 86400  # seconds that an upload is kept when the server stopped before it was loaded
COUNTS = [
    Column("read", "Read", "number", is_summed=True), Column("rated", "Rated", "number", is_summed=True),
    Column("suspended", "Suspended", "number", is_summed=True),
    Column("duplicate", "Duplicate", "number", is_summed=True), Column("zero", "Zero", "number", is_summed=True),
]
NOT_IN_NAMES = re.compile(r"[^\w.+-]+")
FILES = List(
    "file_list", key="file", order="file", is_descending=True, search=("name",), name="files",
    empty="No call file was loaded yet: upload one here, or let the switch write into a folder that is followed.",
    columns=[
        Column("name", "File", link=lambda row: url_for("usage.file", no=row["file"]),
               show=lambda row: TWO.format(row["name"], row["source"])),
        Column("source", "Source", is_extra=True), Column("state", "State", "state"),
        *COUNTS,
        Column("waiting", "Still waiting", "number", is_summed=True),
        Column("conflicting", "Conflicting", "number", is_summed=True, is_extra=True),
        Column("loaded_at", "Loaded", "ago"), Column("file", "No", is_extra=True),
    ],
    filters=[Filter("source", "Source", lambda: choices("source")),
             Filter("state", "State", {"loaded": "loaded", "part": "part"})],
)
LOADS = [
    Column("started_at", "Begun", "moment"), Column("finished_at", "Done", "moment"), *COUNTS,
    Column("conflicting", "Conflicting", "number"),
]
UPLOAD = [
    Field("source", "Source", "choice", is_required=True, options=lambda: choices("source"),
          help="What wrote the file: it says how the lines are read."),
    Field("file", "File", "file", is_required=True,
          help="As the switch writes it, also packed (gz, bz2, xz, zip), at most 512 MB. What is known is skipped."),
]


@page(pages, "/files", READERS)
def files():
    return FILES.page("usage/files.html", title=_("Files"), tabs=tabs(), works=_works())


@page(pages, "/files/<int:no>", READERS)
def file(no):
    """A file with its batches."""
    found = database.one("file_get", p_file=no)
    if found is None:
        return redirect(url_for("usage.files"))
    return render_template("usage/file.html", title=found["name"], file=found, columns=LOADS,
                           loads=database.call("file_load_list", p_file=no))


@page(pages, "/files/upload", LOADERS, ("GET", "POST"))
def upload():
    """A file from the browser: kept piece by piece, then loaded in the background."""
    form = Form(UPLOAD)
    if form.is_sent and form.check():
        given = request.files.get("file")
        name = re.split(r"[/\\]", given.filename or "")[-1] if given else ""
        name = NOT_IN_NAMES.sub("_", name).lstrip(".")[:120]
        if not name:
            form.refuse(_("Choose a file."), None, "file")
        elif form["source"] not in choices("source"):
            form.refuse(_("Choose one of the sources."), None, "source")
        else:
            path, digest, size = _keep(given.stream, name)
            if not size:
                shutil.rmtree(path.parent)
                form.refuse(_("The file is empty."), None, "file")
            elif size > LARGEST:
                shutil.rmtree(path.parent)
                form.refuse(_("The file is larger than 512 MB. Load it where the server is."), None, "file")
            else:
                database.look("file_upload", name, source=form["source"], bytes=size, sha256=digest)
                if work.start(f"load {form['source']}", ["calls", "load", f"{path}", "--source", form["source"]],
                              lambda: shutil.rmtree(path.parent, ignore_errors=True)):
                    flash(_("{name} is loaded in the background.", name=name), "done")
                    return redirect(url_for("usage.loading", source=form["source"]))
                shutil.rmtree(path.parent)
                form.refuse(_("A file of this source is being loaded: try again in a moment."), None, "source")
    return render_template("usage/upload.html", title=_("Upload a call file"), form=form,
                           tabs=tabs()), 422 if form.problem else 200


@page(pages, "/files/loading/<source>", LOADERS)
def loading(source):
    """How far the loading has come, from the counts of the file itself."""
    if source not in choices("source"):
        return redirect(url_for("usage.files"))
    name = f"load {source}"
    lately = sorted(
        (one for one in database.call("file_list") if one["source"] == source),
        key=lambda one: one["file"], reverse=True)[:3]
    context = {"source": source, "is_working": work.is_running(name), "log": work.log(name, 30), "files": lately,
               "columns": [FILES.columns[0], *COUNTS]}
    if request.headers.get("HX-Request"):
        return render_template("usage/loading_part.html", **context)
    return render_template("usage/loading.html", title=_("Loading of {source}", source=source), **context)


def _keep(stream, name: str):
    """Writes what comes into a file of the home, piece by piece: (path, SHA-256, bytes); stops when it is too much. The
    file lies in a folder of its own until it is loaded; what a stopped server left goes after a day."""
    folder = Home().path / "web-work" / "calls"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in folder.iterdir():
        if one.stat().st_mtime < time.time() - KEPT and not any(_works()):
            shutil.rmtree(one, ignore_errors=True) if one.is_dir() else one.unlink(missing_ok=True)
    path, digest, size = Path(tempfile.mkdtemp(dir=folder)) / name, hashlib.sha256(), 0
    with open(path, "wb") as out:
        while (piece := stream.read(PIECE)) and size <= LARGEST:
            out.write(piece)
            digest.update(piece)
            size += len(piece)
    return path, digest.hexdigest(), size


def _works() -> list[dict]:
    """Sources whose files are being loaded now."""
    return [{"source": one, "address": url_for("usage.loading", source=one)}
            for one in choices("source") if work.is_running(f"load {one}")]
