"""Rating again: what it would change, per customer, and doing it in the background."""

import datetime as dt

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from leissner.scripts.rerate import SUMS
from leissner.webui import database, shape, work
from leissner.webui.access import page
from leissner.webui.forms import Field, Form
from leissner.webui.lists import Column, List
from leissner.webui.texts import gettext as _
from leissner.webui.usage import RERATERS, pages
from leissner.webui.usage.common import address, choices, tabs

SHOWN = 200
NARROWED = ("customer", "list", "destination", "product", "carrier")
FORM = [
    Field("from", "From", "day", is_required=True, width="short"),
    Field("to", "Through", "day", is_required=True, width="short", help="The last day, included."),
    Field("customer", "Customer", width="short", help="Its number; empty: all."),
    Field("list", "Price list", "choice", options=lambda: named("price_list"),
          help="Calls that this list, or one below it, is tried for."),
    Field("destination", "Destination", width="short", help="Its code."),
    Field("product", "Product", "choice", options=lambda: named("product")),
    Field("carrier", "Carrier", "choice", options=lambda: choices("carrier")),
    Field("why", "Why", help="Kept with the former versions of the calls."),
]


def named(what: str) -> dict[str, str]:
    """Codes and names of price lists or products."""
    return {row["code"]: row["name"] for row in database.call("choice_list", p_what=what)}


COLUMNS = [
    Column("customer_no", "Customer", link=lambda row: address("customer.customer", no=row["customer_no"]),
           show=lambda row: f"{row['customer_no']} {row['customer']}"),
    Column("changed", "Change", "number"), Column("suspended", "To suspense", "number"),
    Column("frozen", "Invoiced: stay", "number"), Column("revenue_before", "Revenue before", "money"),
    Column("revenue_after", "After", "money"), Column("cost_before", "Cost before", "money"),
    Column("cost_after", "Cost after", "money"),
]
DONE = List(
    "rerate_list", key="rerate", order="rerate", is_descending=True, name="rerates",
    search=("why", "asked_by"), empty="Nothing was rated again yet.",
    columns=[
        Column("rerate", "No", link=lambda row: url_for("usage.rerated", no=row["rerate"])),
        Column("asked_at", "When", "moment"), Column("asked_by", "By"), Column("why", "Why"),
        Column("from_on", "From", "day"), Column("last_on", "Through", "day"), Column("state", "State", "state"),
        Column("calls", "Calls", "number"), Column("changed", "Change", "number"),
        Column("suspended", "To suspense", "number", is_extra=True),
        Column("frozen", "Invoiced: stay", "number", is_extra=True),
        Column("revenue", "Revenue, difference", "money"), Column("cost", "Cost, difference", "money", is_extra=True),
    ],
)


def _asked(form: Form) -> dict:
    """The period and what narrows it, as arguments of the database."""
    last = dt.date.fromisoformat(form["to"])
    return {"p_from": form["from"], "p_to": f"{last + dt.timedelta(days=1)}"} | {
        f"p_{name}": form[name] for name in NARROWED}


@page(pages, "/rerate", RERATERS, ("GET", "POST"))
def rerate():
    """The form; with figures of what would change, per customer, before anything is changed."""
    known = {one.name: request.args[one.name] for one in FORM if one.name in request.args}
    last = shape.today().replace(day=1) - dt.timedelta(days=1)
    form = Form(FORM, known, **{"from": f"{last.replace(day=1)}", "to": f"{last}"})
    context: dict = {"rows": None, "is_asked": False}
    if form.is_sent:
        if form.check():
            params = _asked(form)
            if request.form.get("go"):
                return _go(form, params)
            try:
                rows = database.call("rerate_try", **params)
            except database.Refused as error:
                form.refuse(error.problem.sentence, error.problem.hint, _field(error.problem))
            else:
                context = {"rows": rows[:SHOWN], "is_asked": True, "left": len(rows) - SHOWN, "columns": COLUMNS,
                           "total": {name: sum(row[name] for row in rows) for name in SUMS}}
        return render_template("usage/rerate_try.html", title=_("Rate again"), tabs=tabs(), form=form,
                               **context), 422 if form.problem else 200
    if request.headers.get("HX-Request") and "at_work" in request.args:
        return render_template("usage/at_work.html", **_work())
    return DONE.page("usage/rerate.html", title=_("Rate again"), tabs=tabs(), form=form, **_work())


def _field(problem) -> str:
    """The field that an error of the database is about: what there is not is named in its sentence."""
    return problem.field or next((name for name in NARROWED if f" {name} " in problem.sentence), "to")


def _go(form: Form, params: dict):
    """Does it in the background by the command, which takes up what was broken off; who asked stands in the reason
    and in the log."""
    who = current_user.full_name or current_user.name
    command = ["calls", "rerate", "--from", params["p_from"], "--to", params["p_to"],
               "--why", f"{form['why'] or ''} ({who})".strip()]
    for name in NARROWED:
        if form[name]:
            command += [f"--{name}", form[name]]
    database.look("rerate_ask", form["customer"], **{one.name: form[one.name] for one in FORM})
    if work.start("rerate", command):
        flash(_("It is at work. What changes is shown here."), "done")
    else:
        flash(_("Another rating is at work: begin this one when it is done."), "look")
    return redirect(url_for("usage.rerate"))


@page(pages, "/rerate/<int:no>", RERATERS)
def rerated(no):
    """A re-rating: how far it has come, and what it changed per customer."""
    found = next((one for one in database.call("rerate_list") if one["rerate"] == no), None)
    if found is None:
        return redirect(url_for("usage.rerate"))
    rows = database.call("rerate_show", p_rerate_id=no)
    return render_template(
        "usage/rerated.html", title=_("Rating again {n}", n=no), rerate=found, rows=rows[:SHOWN],
        left=len(rows) - SHOWN, columns=COLUMNS, total={name: sum(row[name] for row in rows) for name in SUMS})


def _work() -> dict:
    """What is at work, with its progress, or how the last one ended."""
    is_working = work.is_running("rerate")
    latest = max(database.call("rerate_list"), key=lambda one: one["rerate"], default=None) if is_working else None
    return {"is_working": is_working, "latest": latest, "log": work.log("rerate", 12)}
