"""Reference data as files: in, with a dry run before anything is written, and out as a zip.

Files that were tried lie in a folder of the home until they are imported, or a day has gone.
"""

import io
import re
import secrets
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user
from werkzeug.utils import secure_filename

from leissner.scripts import db, export, import_
from leissner.scripts.server import Home
from leissner.webui import database, shape
from leissner.webui.access import page
from leissner.webui.admin import pages
from leissner.webui.forms import Field, Form
from leissner.webui.texts import gettext as _

STARTER = Path(import_.__file__).parent / "starter"
WRITERS = ("admin", "batch")
PATIENCE_S = 1800
KEPT_S = 86_400


def _folder() -> Path:
    """Where files lie that were tried: in the home; where there is none, in a folder that is this process's alone."""
    home = Home().path
    return home / "web-import" if home.is_dir() else Path(_own_folder())


@cache
def _own_folder() -> str:
    return tempfile.mkdtemp(prefix="leissner-import-")


def _waiting(token: str) -> Path:
    """The folder of files that the reader has tried."""
    folder = _folder() / f"{current_user.name}-{token}"
    return folder if re.fullmatch(r"[0-9a-f]{32}", token) and folder.is_dir() else abort(404)


@page(pages, "/admin/import", WRITERS, ("GET", "POST"))
def import_files():
    """Files are uploaded and tried: what would change, or what is wrong and where."""
    form = Form([
        Field("files", "Files", "file", is_required=True,
              help="CSV or XLSX, named as the export names them: customers.csv, prices.xlsx …"),
        Field("close", "A new dated row ends the open one the day it begins", "check"),
    ])
    if request.form.get("starter"):
        return _try(lambda folder: [shutil.copy(one, folder) for one in STARTER.glob("*.csv")])
    if not form.is_sent:
        return form.page("admin/import.html", title=_("Import"), is_empty=_is_empty())
    given = [one for one in request.files.getlist("files") if one.filename]
    names = [secure_filename(one.filename)[-100:] for one in given]
    if not given:
        form.refuse(_("Choose one file or more."), None, "files")
    elif wrong := next((one.filename for one, name in zip(given, names, strict=True)
                        if not name.lower().endswith((".csv", ".xlsx"))), None):
        form.refuse(_("{name} is neither a CSV nor an XLSX file.", name=wrong), None, "files")
    if form.problem:
        return form.page("admin/import.html", title=_("Import"), is_empty=_is_empty())
    return _try(lambda folder: [one.save(folder / name) for one, name in zip(given, names, strict=True)], form["close"])


def _is_empty() -> bool:
    """Is this a new installation, which the starter would fill?"""
    return not database.call("sheet_rows", p_file="services")


def _try(put: Callable[[Path], list], close: bool = False):
    """Puts files into a folder of their own, and shows what they would change."""
    token = secrets.token_hex(16)
    folder = _folder() / f"{current_user.name}-{token}"
    _sweep()
    folder.mkdir(mode=0o700, parents=True)
    put(folder)
    names = sorted(one.name for one in folder.iterdir())
    (folder / ".close").write_text("yes" if close else "")
    result = _run(folder, is_dry=True)
    if result["errors"]:
        shutil.rmtree(folder)
    return render_template("admin/import_result.html", title=_("Import"), result=result, token=token,
                           names=names), 422 if result["errors"] else 200


@page(pages, "/admin/import/<token>", WRITERS, ("POST",))
def import_now(token: str):
    """Writes the files that were tried."""
    folder = _waiting(token)
    result = _run(folder, is_dry=False)
    shutil.rmtree(folder)
    if result["errors"]:
        return render_template("admin/import_result.html", title=_("Import"), result=result, token=None,
                               names=[]), 422
    flash(_("Imported: {new} new, {changed} changed.", new=shape.number(sum(one["inserted"] for one in
            result["files"])), changed=shape.number(sum(one["changed"] for one in result["files"]))), "done")
    return redirect(url_for("admin.import_files"), 303)


def _run(folder: Path, is_dry: bool) -> dict:
    """Imports the files of a folder in a transaction of its own, which may take its time."""
    paths = sorted(one for one in folder.iterdir() if one.name != ".close")
    settings = {"session": current_user.token, "client": database.client()}
    with database.plain() as conn, database._refusal():
        result = import_.run(conn, paths, dry_run=is_dry, close=bool((folder / ".close").read_text()),
                             level=current_user.level, timeout_s=PATIENCE_S, **settings)
    for one in result["errors"]:
        one["source"] = Path(one["source"]).name if one["source"] else one["file"]
    return result


def _sweep() -> None:
    """Files that nobody came back for."""
    for folder in _folder().glob("*-*"):
        if folder.stat().st_mtime < time.time() - KEPT_S:
            shutil.rmtree(folder, ignore_errors=True)


@page(pages, "/admin/export/<name>.zip", ("admin", "batch", "auditor"))
def export_files(name: str):
    """All reference data, as the files that the import reads."""
    database.look("export", "reference data", kind="zip")
    packed = io.BytesIO()
    with database.plain() as conn, db.transaction(
            conn, current_user.level, read_only=True, isolation="repeatable read", timeout_s=PATIENCE_S,
            session=current_user.token, client=database.client()), \
            zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for file, lines in export.files(conn):
            made.writestr(f"{file}.csv", "".join(lines))
    packed.seek(0)
    return send_file(packed, download_name=f"{name}-{shape.today()}.zip", as_attachment=True)
