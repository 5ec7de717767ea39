"""Reminders: what a run would make, making it, the list, letters; collection: cases, lists for the agency."""

import datetime as dt
import io

from flask import Response, flash, redirect, request, send_file, url_for

from leissner.scripts import collection as agency
from leissner.webui import database, shape, work
from leissner.webui.access import page
from leissner.webui.forms import Field, Form
from leissner.webui.later import later, plan_file
from leissner.webui.ledger import LATE, READERS, WRITERS, pages
from leissner.webui.ledger.common import address, customer_of, day_asked, tabs
from leissner.webui.lists import Column, Filter, List
from leissner.webui.texts import gettext as _

HELD = {  # why something waits: words, what a person does about it
    "promise": "The payer has promised to pay, and the day is still to come",
    "unidentified": "A payment of that amount is not identified yet: match it first",
    "minimum": "Not more than the smallest sum to remind of",
    "address": "The payer has neither an address nor e-mail",
    "collection": "Due for the collection agency",
}
REMINDERS = List(
    "reminder_browse_list", is_long=True, is_late=True, key="reminder_no", name="reminders", order="reminder_no",
    is_descending=True,
    search=("reminder_no", "customer_no", "name"),
    empty="No reminder yet: see what is due with New reminders.",
    columns=[
        Column("reminder_no", "Reminder", link=lambda row: url_for("ledger.reminder", no=row["reminder_no"])),
        Column("day", "Day", "day"),
        Column("customer_no", "Customer", link=customer_of),
        Column("name", "Name", sorts_as="name"),
        Column("step", "Step", "number"),
        Column("total", "Sum", "money"),
        Column("fee", "Of it fee", "money"),
        Column("open", "Open", "money", sorts_as="no"),
        Column("currency", "Currency"),
        Column("due", "Due", "day"),
        Column("channel", "Way", "word"),
        Column("state", "Delivery", "state", sorts_as="no"),
        Column("run", "Run", link=lambda row: url_for("ledger.reminders", run=row["run"]), is_extra=True),
    ],
    filters=[Filter("run", "Run", is_param=True, kind="number"), Filter("customer", "Customer", is_param=True)],
)
PLAN = [
    Column("customer_no", "Customer", link=customer_of), Column("name", "Name"), Column("step", "Step", "number"),
    Column("documents", "Documents", "list"), Column("channel", "Way", "word"), Column("open", "Open", "money"),
    Column("fee", "Fee", "money"), Column("currency", "Currency"),
]
DELIVERIES = [
    Column("invoice_no", "Reminder", link=lambda row: url_for("ledger.reminder", no=row["invoice_no"])),
    Column("name", "Name"), Column("channel", "Way", "word"), Column("state", "State", "state"),
    Column("file", "To"), Column("reason", "Why not"), Column("changed_at", "When", "moment"),
]
CASES = List(
    "collection_case_list", key="case_no", name="collection", order="case_no", is_descending=True,
    search=("customer_no", "name", "case_no"), empty="No case is or was at the collection agency.",
    columns=[
        Column("case_no", "Case", link=lambda row: address(
            "ledger.withdraw", case=row["case_no"]) if not row["closed"] else None),
        Column("list_no", "List"),
        Column("day", "Day", "day"),
        Column("customer_no", "Customer", link=customer_of),
        Column("name", "Name", sorts_as="name"),
        Column("capital", "Handed over", "money"),
        Column("open", "Open", "money"),
        Column("currency", "Currency"),
        Column("last_message", "Last told", "word"),
        Column("closed", "Closed", "day"),
    ],
)


@page(pages, "/ledger/reminders", READERS)
def reminders():
    run = request.args.get("run", "")
    name = f"remind-{run}"
    is_run = run.isdigit() and len(run) < 16
    return REMINDERS.page(
        "ledger/reminders.html", title=_("Reminders"), tabs=tabs(), run=run if is_run else None,
        deliveries=database.call("reminder_delivery_list", p_run=run) if is_run else [], columns_of=DELIVERIES,
        is_working=is_run and work.is_running(name), log=work.log(name) if is_run else [])


@page(pages, "/ledger/reminders/new", LATE, ("GET", "POST"))
def reminders_new():
    """What a run on a day would make, and what it would hold back and why; then the run."""
    if request.method == "POST":
        run = database.value("reminder_make", p_day=request.form.get("day") or None)
        if not run:
            flash(_("Nothing is due for a reminder."), "look")
            return redirect(url_for("ledger.reminders_new"), 303)
        flash(_("Run {n} is made: now deliver it.", n=run), "done")
        return redirect(url_for("ledger.reminders", run=run), 303)
    day = day_asked("day", shape.today())
    if "export" in request.args:
        return plan_file("reminders", PLAN, database.call("reminder_preview", p_day=day))
    return later("ledger/reminders_new.html", "ledger/plan.html", lambda: _plan(day), day=day, columns=PLAN,
                 tabs=tabs("ledger.reminders"))


def _plan(day: dt.date) -> dict:
    plan = database.call("reminder_preview", p_day=day)
    made = [one for one in plan if not one["held"]]
    sums: dict[str, list] = {}
    for one in made:
        sums.setdefault(one["currency"], [0, 0])
        sums[one["currency"]][0] += one["open"] + one["fee"]
        sums[one["currency"]][1] += one["fee"]
    held = [(_(words), [one for one in plan if one["held"] == why]) for why, words in HELD.items()]
    return {"made": made, "sums": sums, "held": [(words, rows) for words, rows in held if rows]}


@page(pages, "/ledger/reminders/<no>.pdf", READERS)
def reminder(no: str):
    """The letter."""
    from leissner.scripts import delivery
    from leissner.scripts.invoice_pdf import InvoicePdf

    database.look("reminder", no)
    document = database.value("reminder_document", p_reminder=no)
    with InvoicePdf(None, delivery.REMINDERS["template"]) as maker:
        letter = maker.render(document)
    return send_file(io.BytesIO(letter), "application/pdf", download_name=f"{no}.pdf")


@page(pages, "/ledger/reminders/<int:run>/deliver", WRITERS, ("POST",))
def reminders_deliver(run: int):
    """Delivers what of a run has not left, beside the pages."""
    command = ["credit", "remind", "deliver", f"{run}"] + (["--retry"] if "retry" in request.form else [])
    is_new = work.start(f"remind-{run}", command)
    flash(_("Delivering has begun.") if is_new else _("It is being delivered already."), "done")
    return redirect(url_for("ledger.reminders", run=run), 303)


@page(pages, "/ledger/collection", READERS)
def collection():
    """The cases at the agency, the lists that were made for it, what is due for the next one."""
    return CASES.page("ledger/collection.html", title=_("Collection"), tabs=tabs(),
                      sheets=database.call("collection_sheet_list"))


@page(pages, "/ledger/collection/new", LATE, ("GET", "POST"))
def collection_new():
    """Hands over what is due for it: shown before."""
    if request.method == "POST":
        made = database.value("collection_make")
        flash(_("Lists made: {n}. Send their files to the agency.", n=len(made or [])), "done")
        return redirect(url_for("ledger.collection"), 303)

    def due() -> list[dict]:
        return [one for one in database.call("reminder_preview", p_day=shape.today()) if one["held"] == "collection"]

    if "export" in request.args:
        return plan_file("collection", PLAN, due())
    return later("ledger/collection_new.html", "ledger/handed.html", lambda: {"rows": due()}, columns=PLAN,
                 tabs=tabs("ledger.collection"))


@page(pages, "/ledger/collection/lists/<int:number>.<form>", ("admin", "finance", "credit", "auditor", "batch"))
def collection_file(number: int, form: str):
    """A list for the agency as it was made: the same bytes for ever."""
    database.look("collection_list", f"{number}", form=form)
    document = database.value("collection_document", p_list=number)
    head = document["head"]
    data = agency.as_xml(document) if form == "xml" else agency.as_csv(document)
    name = f"collection_{head['date'].replace('-', '')}_{head['list']:06}.{'xml' if form == 'xml' else 'csv'}"
    return Response(data, mimetype="application/xml" if form == "xml" else "text/csv",
                    headers={"Content-Disposition": f'attachment; filename="{name}"'})


@page(pages, "/ledger/collection/cases/<int:case>/withdraw", LATE, ("GET", "POST"))
def withdraw(case: int):
    """Takes a case back; the next list tells the agency."""
    form = Form([Field("reason", "Why, for the agency", is_required=True)])
    if form.is_sent and form.save("collection_withdraw", p_case=case):
        return form.done(_("Taken back; the next list tells the agency."), url_for("ledger.collection"))
    return form.page("ledger/withdraw.html", case=case, tabs=tabs("ledger.collection"))
