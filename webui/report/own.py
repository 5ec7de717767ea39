"""Reports that people wrote themselves: run with a form made from their parameters, tried before they are saved.

What a report may be the database decides when it is saved; a run goes over the login of the reader's level
(scripts/tailored.py), that reads and nothing else.
"""

import re
import secrets
import tempfile
import time
from contextlib import contextmanager, suppress
from decimal import Decimal
from itertools import islice
from pathlib import Path

import psycopg
from flask import abort, render_template, request, send_file, url_for
from flask_login import current_user
from psycopg.types.json import Jsonb

from leissner.scripts import db, tailored
from leissner.scripts import report as files
from leissner.scripts.errors import LeissnerError
from leissner.webui import database
from leissner.webui.access import page
from leissner.webui.forms import Field, Form, is_day, number_of, typed_day
from leissner.webui.report import READERS, ROWS, _named, pages
from leissner.webui.texts import gettext as _

WRITERS = ("admin", "report")
TYPES = {"text": "text", "date": "day", "integer": "whole number", "bigint": "large whole number",
         "numeric": "decimal number", "boolean": "yes or no", "timestamptz": "moment"}
FORMS = {"xlsx": "XLSX", "csv": "CSV", "json": "JSON"}
LEVELS = ("pricing", "sales", "support", "finance", "credit", "seller", "report", "auditor", "batch", "integration")
FORMATS = {"": "as it is", "#,##0": "1 234", "#,##0.00": "1 234.50", "0.0%": "12.5 %", "yyyy-mm-dd": "2026-10-01"}
TRIED = 20  # rows of a trial
TRIED_S = 10
SPARE = 2  # empty rows for further parameters
FIELDS = [
    Field("report", "Name", is_required=True, width="short",
          help="a–z, 0–9 and _, as on the command line: late_payers"),
    Field("title", "What it shows", help="In a few words, as it stands in the list."),
    Field("statement", "SELECT", "area", is_required=True,
          help="One SELECT that only reads: tables and functions with their schema, parameters as :name."),
    Field("max_seconds", "Seconds at most", "number", width="short"),
    Field("max_rows", "Rows at most", "number", width="short"),
    Field("form", "Format when it is sent", "choice", options=FORMS, is_required=True, width="short"),
]
# Beside which field a refusal stands.
BESIDE = {"LB681": "statement", "LB682": "statement", "LB684": "report", "LB686": "parameters", "LB687": "columns"}


def found(name: str) -> dict:
    """A report that the reader may run, or 404; is_own: may be changed by the reader."""
    one = database.one("tailored_list", p_report=name) or abort(404)
    return shown(one)


def shown(one: dict) -> dict:
    is_own = current_user.may(*WRITERS) and (one["owner"] == current_user.name or current_user.level == "admin")
    return _named(one) | {"name": one["title"] or one["report"], "is_own": is_own}


def filled(one: dict) -> tuple[list[dict], dict[str, str], dict[str, str]]:
    """The parameters with what was typed, the values for the database, and what is wrong with them."""
    wanted, values, wrong = [], {}, {}
    parameters = {each["name"]: each for each in database.one("tailored_get", p_report=one["report"])["parameters"]}
    for name, each in parameters.items():
        given = request.args.get(f"p_{name}", "").strip()
        is_needed = "default" not in each
        wanted.append({"name": name, "type": each["type"], "given": given, "is_needed": is_needed,
                       "usual": each.get("default")})
        if given:
            values[name] = typed(each["type"], given)
            if problem := misfit(each["type"], values[name]):
                wrong[name] = problem
        elif is_needed and request.args:
            wrong[name] = _("Fill this in.")
    return wanted, values, wrong


def typed(kind: str, text: str) -> str:
    """A value as it was typed, for the database."""
    if kind == "date":
        return typed_day(text)
    return number_of(text) if kind in files.NUMBERS else text


def misfit(kind: str, text: str) -> str | None:
    """Why a value is none of that type."""
    if kind == "date" and not is_day(text):
        return _("This is not a day. Write 2026-10-01, 1/10 or today.")
    if kind in files.NUMBERS and not re.fullmatch(r"-?\d+(\.\d+)?" if kind == "numeric" else r"-?\d{1,18}", text):
        return _("This is not a number.")
    return None


@page(pages, "/reports/own/<name>", READERS)
def own(name: str):
    """A report of one's own: its parameters, and its rows when they are filled in."""
    one = found(name)
    wanted, values, wrong = filled(one)
    if kind := request.args.get("export"):
        return export(one, values, kind) if not wrong else abort(404)
    is_ready = not wrong and all(each["given"] or not each["is_needed"] for each in wanted)
    result = run(one, values) if is_ready and "now" in request.args else None
    return render_template("report/own.html", one=one, wanted=wanted, wrong=wrong, is_ready=is_ready, result=result,
                           types=TYPES)


@page(pages, "/reports/own/<name>/rows", READERS)
def own_rows(name: str):
    """The result alone."""
    one = found(name)
    _wanted, values, wrong = filled(one)
    return abort(404) if wrong else render_template("report/own_rows.html", one=one, result=run(one, values))


@contextmanager
def opened(one: dict, values: dict[str, str]):
    """The rows of a run, over the login of the level; what goes wrong as a sentence (LeissnerError)."""
    database._close(None)
    with database.plain() as conn:
        try:
            with tailored.run(conn, one, values, current_user.level, session=current_user.token,
                              client=database.client()) as rows:
                yield rows
        except psycopg.Error as error:
            known = db.problem(error, conn, current_user.language)
            raise LeissnerError(known.sentence, known.hint) from error


def run(one: dict, values: dict[str, str], most: int = ROWS) -> dict:
    """The first rows, how many there are, and the sums of all; or `problem` in words."""
    names, count, first = one["columns"], 0, []
    sums = {place: Decimal() for place, name in enumerate(names) if name in one["summed"]}
    try:
        with opened(one, values) as rows:
            for row in files._summed(rows, sums):
                count += 1
                if count <= most:
                    first.append(dict(zip(names, row, strict=True)))
    except LeissnerError as error:
        return {"problem": (f"{error}", error.hint)}
    return {"rows": first, "count": count, "most": most, "columns": columns(one),
            "sums": {names[place]: value for place, value in sums.items()} if sums and first else None}


def columns(one: dict) -> list[dict]:
    """How its columns are shown."""
    kinds = {"numeric": "decimal number", "bigint": "number", "integer": "number", "smallint": "number", "date": "day",
             "timestamp with time zone": "moment", "boolean": "bool"}
    made = []
    for name, kind in zip(one["columns"], one["column_types"], strict=True):
        layout = one["layout"].get(name, {})
        shape = {"#,##0.00": "money"}.get(layout.get("format"), kinds.get(kind, "text"))
        shape = "rate" if shape == "number" and kind == "numeric" else shape
        made.append({"name": name, "title": layout.get("title") or name, "kind": shape,
                     "is_number": kind in files.NUMBERS})
    return made


def export(one: dict, values: dict[str, str], kind: str):
    """The whole report as a file, the same as `leissner report` writes."""
    if kind not in FORMS:
        abort(404)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{one['report']}.{kind}"
        try:
            with opened(one, values) as rows:
                files.write_rows(one, one["columns"], rows, kind, file)
        except LeissnerError as error:
            wanted, _values, wrong = filled(one)
            return render_template("report/own.html", one=one, wanted=wanted, wrong=wrong, is_ready=True, types=TYPES,
                                   result={"problem": (f"{error}", error.hint)}), 422
        stream = open(file, "rb")  # readable still when the folder is gone
    return send_file(stream, download_name=file.name, as_attachment=True,
                     mimetype="text/csv" if kind == "csv" else None)


# ---- writing one --------------------------------------------------------------------------------------------


@page(pages, "/reports/own/new", WRITERS, ("GET", "POST"))
def own_new():
    """A report from a SELECT."""
    return edited({"report": "", "title": "", "statement": "", "parameters": [], "layout": {}, "form": "xlsx",
                   "shared_with": ["report"], "deliver_to": [], "max_seconds": 60, "max_rows": 100000}, None)


@page(pages, "/reports/own/<name>/edit", WRITERS, ("GET", "POST"))
def own_edit(name: str):
    """Change a report of one's own; of somebody else's a copy is made first."""
    one = found(name)
    if not one["is_own"]:
        abort(403)
    return edited(database.one("tailored_get", p_report=name) | {"columns": one["columns"]}, one)


def edited(known: dict, one: dict | None):
    """The form, tried or saved."""
    form = Form([each for each in FIELDS if not one or each.name != "report"], known)
    sent = request.form
    parameters = typed_parameters() if form.is_sent else known["parameters"]
    layout = typed_layout(known["layout"]) if form.is_sent else known["layout"]
    shared = [level for level in LEVELS if level in (sent.getlist("shared_with") if form.is_sent
                                                     else known["shared_with"])]
    wrong, tried, names = {}, None, known.get("columns", [])
    if form.is_sent and form.check():
        if "more" not in sent:
            name = one["report"] if one else form["report"]
            values = {"p_statement": form["statement"], "p_title": form["title"] or "",
                      "p_parameters": Jsonb(parameters), "p_form": form["form"], "p_shared_with": shared,
                      "p_deliver_to": known["deliver_to"], "p_max_seconds": int(form["max_seconds"] or 60),
                      "p_max_rows": int(form["max_rows"] or 100000)}
            if "try" in sent:
                tried = trial(form, wrong, values, parameters)
                names = tried["names"] if tried else names
            else:
                values |= {"p_layout": Jsonb(layout), "p_row_version": int(sent.get("row_version") or 0)
                           if one else None}
                try:
                    if not one and database.one("tailored_list", p_report=name):
                        form.refuse(_("There is a report with that name already."), None, "report")
                    else:
                        database.call("tailored_save", p_report=name, **values)
                        return form.done(_("{name} is saved.", name=name), url_for("report.own", name=name))
                except database.Refused as error:
                    refused(form, wrong, error.problem)
    if form.is_sent and "more" in sent:
        parameters = parameters + [{"name": "", "type": "text"}] * SPARE
    return render_template(
        "report/own_edit.html", form=form, one=one, known=known, parameters=parameters, spare=SPARE, types=TYPES,
        layout=layout, names=names, formats=FORMATS, shared=shared, levels=LEVELS, wrong=wrong, tried=tried,
    ), 422 if form.problem or wrong else 200


def typed_parameters() -> list[dict]:
    """The parameters as they were typed; rows without a name are left out."""
    rows = zip(*(request.form.getlist(f"parameter_{part}") for part in ("name", "type", "need", "default")),
               strict=False)
    return [{"name": name.strip().removeprefix(":"), "type": kind} | (
        {} if need == "needed" and not default.strip() else {"default": default.strip() or None})
        for name, kind, need, default in rows if name.strip()]


def typed_layout(known: dict) -> dict:
    """Titles, formats and sums of the columns as they were typed."""
    sent = request.form
    made = {}
    for name, title, form in zip(sent.getlist("column_name"), sent.getlist("column_title"),
                                 sent.getlist("column_format"), strict=False):
        one = {"title": title.strip(), "format": form, "sum": name in sent.getlist("column_sum")}
        if one := {key: value for key, value in one.items() if value}:
            made[name] = one
    return made if "column_name" in sent else known


def refused(form: Form, wrong: dict, problem: db.Problem) -> None:
    """The sentence beside what it is about."""
    at = BESIDE.get(problem.code, "report" if "tailored_report_name" in f"{problem.field}" else problem.field)
    if at in ("parameters", "columns"):
        wrong[at] = problem.sentence
        form.problem = (_("Something is not right yet: see the field marked below."), problem.hint)
    else:
        form.refuse(problem.sentence, problem.hint, {"name": "report"}.get(at, at))


def trial(form: Form, wrong: dict, values: dict, parameters: list[dict]) -> dict | None:
    """The first rows of what is not saved yet. It is saved under a name that nobody knows, shared with nobody, run as
    every report is, and deleted again; one whose end was not reached is deleted by the next that is saved."""
    name, level = f"try_{int(time.time())}_{secrets.token_hex(8)}", current_user.level
    who = {"session": current_user.token, "client": database.client()}
    values = values | {"p_shared_with": [], "p_max_seconds": min(values["p_max_seconds"], TRIED_S)}
    given = {each["name"]: typed(each["type"], value) for each in parameters
             if (value := request.form.get(f"try_{each['name']}", "").strip())}
    database._close(None)
    with database.plain() as conn:
        try:
            with db.transaction(conn, level, **who):
                names = db.call_one(conn, "tailored_save", p_report=name, **values)
            try:
                missing = [each["name"] for each in parameters if "default" not in each and each["name"] not in given]
                if missing:
                    return {"names": names, "missing": missing}
                with db.transaction(conn, level, read_only=True, **who):
                    one = db.call(conn, "tailored_list", p_report=name)[0]
                with tailored.run(conn, one, given, level, **who) as rows:
                    first = [dict(zip(one["columns"], row, strict=True)) for row in islice(rows, TRIED)]
                return {"names": names, "columns": columns(one), "rows": first}
            finally:
                with suppress(psycopg.Error), db.transaction(conn, level, **who):
                    db.call(conn, "tailored_delete", p_report=name)
        except psycopg.Error as error:
            refused(form, wrong, db.problem(error, conn, current_user.language))
        except LeissnerError as error:
            form.refuse(f"{error}".replace(name, _("the report")), error.hint, "statement")
    return None


def titled(name: str, title: str) -> None:
    known = database.one("tailored_get", p_report=name)
    database.call("tailored_save", p_report=name, p_title=title, **{
        f"p_{key}": Jsonb(known[key]) if key in ("parameters", "layout") else known[key]
        for key in ("statement", "parameters", "layout", "form", "shared_with", "deliver_to", "max_seconds",
                    "max_rows", "row_version")})


COPY = [Field("new", "Name of your own", is_required=True, width="short",
              help="a–z, 0–9 and _, as on the command line: late_payers")]


@page(pages, "/reports/own/copy/<name>", WRITERS, ("GET", "POST"))
def own_copy(name: str):
    """A report of one's own from a standard one, or from somebody's."""
    known = database.call("report_list") + database.call("tailored_list")
    one = next((each for each in known if each["report"] == name), None) or abort(404)
    form = Form(COPY, {"new": f"my_{name}"[:63]})
    if form.is_sent and form.check():
        try:
            database.call("tailored_copy", p_report=name, p_new=form["new"])
            if "owner" not in one:  # a standard one is called as its page is
                titled(form["new"], _named(one)["name"])
            return form.done(_("{name} is your own copy: change what you like.", name=form["new"]),
                             url_for("report.own_edit", name=form["new"]))
        except database.Refused as error:
            form.refuse(error.problem.sentence, error.problem.hint, "new")
    return form.page("report/own_copy.html", one=_named(one))


@page(pages, "/reports/own/<name>/delete", WRITERS, ("GET", "POST"))
def own_delete(name: str):
    """Deletes a report, after a question."""
    one = found(name)
    if not one["is_own"]:
        abort(403)
    form = Form([])
    if form.is_sent and form.save("tailored_delete", p_report=name):
        return form.done(_("{name} is deleted. What it was stays in the log.", name=name), url_for("report.reports"))
    return form.page("report/own_delete.html", one=one)
