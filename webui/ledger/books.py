"""The books: trial balance, exports of the journal, accruals, accounts and their names."""

import datetime as dt
import hashlib
import tempfile
from decimal import Decimal
from importlib.metadata import version

from flask import abort, flash, redirect, request, send_file, url_for

from leissner.scripts import accounting as writer
from leissner.webui import database, shape
from leissner.webui.access import page
from leissner.webui.forms import Field, Form
from leissner.webui.later import later
from leissner.webui.ledger import READERS, WRITERS, pages
from leissner.webui.ledger.common import day_asked, tabs
from leissner.webui.lists import Column
from leissner.webui.texts import gettext as _

BALANCE = [
    Column("account", "Account", link=lambda row: url_for("ledger.entries", account=row["account"])),
    Column("name", "Name"), Column("debit", "Debit", "money"), Column("credit", "Credit", "money"),
    Column("balance", "Balance", "money"),
]
ACCRUED = [Column("account", "Account"), Column("deferred", "Not earned", "money"),
           Column("booked", "Booked now", "money")]
EXPORT = [
    Field("from", "From", "day", help="The first day; the fiscal year's when empty.", width="short"),
    Field("to", "Through", "day", is_required=True, width="short"),
]


@page(pages, "/ledger/accounting", READERS)
def accounting():
    """The trial balance at the end of a day, the exports there are, what waits."""
    day = day_asked("at", shape.today())

    def balance() -> dict:
        rows = database.call("trial_balance", p_at=day)
        database.look("trial_balance", f"{day}")
        return {"rows": rows, "columns": BALANCE, "waiting": database.one("accounting_waiting"), "sums": {
            name: sum((one[name] for one in rows), Decimal(0)) for name in ("debit", "credit", "balance")}}

    return later("ledger/accounting.html", "ledger/balance.html", balance, day=day,
                 exports=database.call("accounting_list")[::-1], tabs=tabs())


@page(pages, "/ledger/accounting/export", WRITERS, ("GET", "POST"))
def export():
    """An export of what was booked in a period and not exported before: each entry goes out once."""
    form = Form(EXPORT, to=shape.today().replace(day=1) - dt.timedelta(days=1))
    if form.is_sent and form.check():
        try:
            number = database.value(
                "accounting_export", p_from=form["from"],
                p_to=dt.date.fromisoformat(form["to"]) + dt.timedelta(days=1),
                p_program=f"Leissner Billing {version('leissner-billing')}")
        except database.Refused as error:
            form.refused(error)
        else:
            if number:
                return form.done(_("Export {n} is made: take its file.", n=number), url_for("ledger.accounting"))
            form.refuse(_("Nothing was booked in that period that was not exported before."))
    return form.page("ledger/export.html", tabs=tabs("ledger.accounting"))


@page(pages, "/ledger/accounting/exports/<int:number>", WRITERS, ("POST",))
def export_file(number: int):
    """The file of an export, SIE 4 or CSV: the same bytes each time, which is noted."""
    form = "csv" if request.form.get("format") == "csv" else "sie4"
    made = next((one for one in database.call("accounting_list") if one["export"] == number), None)
    if made is None:
        abort(404)
    database.look("accounting_export", f"{number}", format=form)
    file, digest = tempfile.TemporaryFile(), hashlib.sha256()
    for block in writer.blocks(database.connection(), made, form):
        file.write(block)
        digest.update(block)
    database.call("accounting_digest", p_export=number, p_format=form, p_digest=digest.hexdigest())
    database.call("accounting_written", p_export=number)
    database.keep()
    file.seek(0)
    return send_file(file, "application/octet-stream", as_attachment=True,
                     download_name=f"accounting-{number:04}.{writer.ENDINGS[form]}")


@page(pages, "/ledger/accounting/accrue", WRITERS, ("GET", "POST"))
def accrue():
    """What is invoiced and not earned at the end of a day becomes prepaid income, and comes back the day after: shown
    before it is booked."""
    form = Form([Field("at", "At the end of", "day", is_required=True, width="short")],
                at=shape.today().replace(day=1) - dt.timedelta(days=1))
    rows = None
    if form.is_sent and "back" not in request.form and form.save("accrue"):
        if "sure" in request.form:
            return form.done(_("Booked."), url_for("ledger.accounting"))
        rows = form.result
        database.undo()
    return form.page("ledger/accrue.html", rows=rows, columns=ACCRUED, tabs=tabs("ledger.accounting"))


@page(pages, "/ledger/accounting/accounts", READERS)
def accounts():
    """Which account each event is booked on, and what accounts are called."""
    return later("ledger/accounts.html", "ledger/chart.html", lambda: {"chart": database.call("chart_list")},
                 events=database.call("account_event_list"), tabs=tabs("ledger.accounting"))


@page(pages, "/ledger/accounting/events/<event>", WRITERS, ("GET", "POST"))
def account_event(event: str):
    found = next((one for one in database.call("account_event_list") if one["event"] == event), None)
    if not found:
        abort(404)
    form = Form([Field("account", "Account", help="3 to 8 digits. What is booked stays where it is.", width="short",
                       is_required=True)], found)
    if form.is_sent and form.save("account_event_save", p_event=event):
        return form.done(_("Saved."), url_for("ledger.accounts"))
    return form.page("ledger/form.html", title=_("Account of {event}", event=shape.word(event)),
                     cancel=url_for("ledger.accounts"), tabs=tabs("ledger.accounting"))


@page(pages, "/ledger/accounting/accounts/edit", WRITERS, ("GET", "POST"))
def chart_edit():
    """The name of an account: of the one that ?account= names, or a new one."""
    no = request.args.get("account")
    found = database.one("chart_get", p_account=no) if no else None
    form = Form([Field("account", "Account", help="3 to 8 digits.", width="short", is_required=True),
                 Field("name", "Name", is_required=True)], found)
    if form.is_sent and form.save("chart_save", **({"p_account": no} if found else {})):
        flash(_("Saved."), "done")
        return redirect(url_for("ledger.accounts"), 303)
    return form.page("ledger/form.html", title=_("Account {no}", no=no) if found else _("New account"),
                     cancel=url_for("ledger.accounts"), tabs=tabs("ledger.accounting"))


pages.add_app_template_filter(lambda day: day - dt.timedelta(days=1), "before_day")
