"""Credit control: who owes too much or too late, blocks, promises, orders to the switch, policies, messages."""

import io
from decimal import Decimal

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for

from leissner.scripts import db, switch
from leissner.webui import database, shape, work
from leissner.webui.access import page
from leissner.webui.forms import Field, Form
from leissner.webui.later import SHOWN, later, plan_file
from leissner.webui.ledger.common import address, customer_of, tabs_of
from leissner.webui.lists import Column, Filter, List
from leissner.webui.texts import gettext as _
from leissner.webui.texts import language

pages = Blueprint("credit", __name__, template_folder="templates")

# Who may look at credit, who may warn, block and lift (DESIGN.md 3).
READERS = ("admin", "sales", "support", "finance", "credit", "report", "auditor", "batch", "integration")
WRITERS = ("admin", "finance", "credit")
TABS = (
    ("credit.exposure", "Exposure"), ("credit.blocks", "Blocks"), ("credit.orders", "Orders"),
    ("credit.policies", "Policies"), ("credit.messages", "Messages"),
)
SCOPES = {"outgoing": "all outgoing calls", "international_premium": "calls abroad and premium numbers",
          "all": "all traffic"}
STEPS = {"blocked": "blocked", "noticed": "told that a block comes", "warned": "warned", "lifted": "opened again",
         "cleared": "warnings withdrawn"}
STATES = {one: one for one in ("blocked", "warned", "exceeded", "late", "promised")}
EVENTS = [
    Column("happened_at", "When", "moment"), Column("kind", "What", "state"),
    Column("reason", "Why", show=lambda row: shape.said(row["reason"]) or None),
    Column("exposure", "Exposure", "money"), Column("overdue", "Overdue", "money"),
    Column("overdue_days", "Days late", "number"), Column("credit_limit", "Limit", "money"),
    Column("made_by", "By"), Column("message", "Message", "state"),
]
PAYERS = List(
    "credit_exposure", is_computed=True, key="customer_no", name="exposure", order="exposure", is_descending=True,
    search=("customer_no", "name"), empty="Nobody owes anything.",
    columns=[
        Column("customer_no", "Customer", link=lambda row: payer_of(row)), Column("name", "Name", sorts_as="name"),
        Column("exposure", "Exposure", "money", is_summed=True), Column("balance", "Open items", "money",
                                                                       is_summed=True),
        Column("overdue", "Overdue", "money", is_summed=True), Column("oldest_due_on", "Oldest due", "day"),
        Column("unbilled", "Not invoiced", "money", is_summed=True), Column("credit_limit", "Limit", "money"),
        Column("used_percent", "Used", "percent"), Column("advance", "Advances", "money", is_extra=True),
    ],
)
BLOCKS = List(
    "credit_block_browse_list", is_late=True, key="block", name="blocks", order="set_at", is_descending=True,
    search=("customer_no", "name", "line", "payer_no", "reason"), empty="Nothing is blocked.",
    columns=[
        Column("line", "Line"), Column("customer_no", "Customer", link=customer_of),
        Column("name", "Name", sorts_as="name"),
        Column("payer_no", "Payer", link=lambda row: url_for("credit.payer", no=row["payer_no"])),
        Column("scope", "What", show=lambda row: _(SCOPES.get(row["scope"], row["scope"]))),
        Column("origin", "By", "word"), Column("reason", "Reason", sorts_as="no"),
        Column("set_at", "Since", "moment"), Column("set_by", "Set by"),
        Column("order_state", "At the switch", "state"),
        Column("block", "Open the line", levels=WRITERS, sorts_as="no", show=lambda row: _("Lift …"),
               link=lambda row: url_for("credit.lift", no=row["payer_no"], line=row["line"])),
    ],
    filters=[Filter("origin", "By", {"policy": "policy", "guard": "guard", "person": "person"}),
             Filter("scope", "What", SCOPES)],
)
ORDERS = List(
    "credit_order_browse_list", is_long=True, is_late=True, key="id", name="orders", order="id", is_descending=True,
    search=("customer_no", "name", "line", "numbers", "key", "reason"),
    empty="No order yet: blocks and their lifting make them.",
    columns=[
        Column("id", "Order", link=lambda row: url_for("credit.order", order=row["id"])),
        Column("ordered_at", "Ordered at", "moment"), Column("action", "What", "word"),
        Column("scope", "Scope", show=lambda row: _(SCOPES[row["scope"]]) if row["scope"] else "–", is_extra=True),
        Column("state", "State", "state"), Column("customer_no", "Customer", link=customer_of),
        Column("name", "Name", sorts_as="name"), Column("line", "Line"), Column("numbers", "Numbers", sorts_as="no"),
        Column("reason", "Why not", show=lambda row: _(row["reason"]) if row["reason"] else "–", sorts_as="no"),
        Column("way", "Way", "word", is_extra=True),
        Column("batch", "File", is_extra=True), Column("attempts", "Tries", "number", is_extra=True),
        Column("closed_at", "Closed", "moment", is_extra=True), Column("key", "Key", is_extra=True),
    ],
    filters=[Filter("state", "State", {one: one for one in ("ordered", "sent", "confirmed", "failed")}),
             Filter("action", "What", {"block": "block", "unblock": "unblock"})],
)
MESSAGES = List(
    "credit_message_browse_list", is_late=True, key="id", name="messages", order="id", is_descending=True,
    search=("customer_no", "name", "address", "subject"), empty="Nobody was told anything yet.",
    columns=[
        Column("made_at", "Written", "moment"), Column("state", "State", "state"),
        Column("customer_no", "Customer", link=customer_of), Column("name", "Name", sorts_as="name"),
        Column("address", "To"), Column("subject", "Subject", sorts_as="no"),
        Column("text", "Text", sorts_as="no", is_extra=True),
        Column("reason", "Why not", sorts_as="no"), Column("id", "Key", is_extra=True),
    ],
    filters=[Filter("state", "State", {one: one for one in ("waiting", "sent", "failed", "unreachable")})],
)
PLAN = [
    Column("customer_no", "Customer", link=lambda row: payer_of(row)), Column("name", "Name"),
    Column("words", "What"), Column("block_on", "Block on", "day"),
    Column("reason", "Why", show=lambda row: shape.said(row["reason"]) or None),
    Column("exposure", "Exposure", "money"), Column("overdue", "Overdue", "money"),
    Column("overdue_days", "Days late", "number"),
]
ALERTED = [
    Column("customer_no", "Customer", link=customer_of), Column("contract_no", "Contract"), Column("line_no", "Line"),
    Column("bundle", "Bundle"), Column("value", "Used", "percent"), Column("percent", "Told at", "percent"),
    Column("address", "To"),
]
LIMIT = [
    Field("limit", "Credit limit", "money", help="In the operator's currency. Empty: no limit.", width="short"),
    Field("reason", "Reason", help="For the log.", is_required=True),
]
PROMISE = [
    Field("until", "Last day of the promise", "day", is_required=True, width="short"),
    Field("reason", "What was said"),
]
BLOCKED_BY_FRAUD = SCOPES | {"none": "nothing: a warning is all"}
POLICY = [
    Field("code", "Code", is_required=True, width="short"),
    Field("kind", "For customers of the kind", "choice", options={
        "private": "private", "business": "business", "wholesale": "wholesale"}, width="short"),
    Field("customer_group", "For customers of the group", "choice", options=lambda: {
        one["code"]: one["name"] for one in database.call("customer_group_code_list")}, width="short"),
    Field("customer_no", "For the customer", help="Without kind, group and customer it is for all.",
          width="short"),
    Field("warn_percent", "Warn at % of the limit", "number", is_required=True, width="short"),
    Field("block_percent", "Block at % of the limit", "number", is_required=True, width="short"),
    Field("warn_days", "Warn when so many days late", "number", is_required=True, width="short"),
    Field("block_days", "Block when so many days late", "number", is_required=True, width="short"),
    Field("minimum", "Least sum that counts as overdue", "money", is_required=True, width="short"),
    Field("blocks", "What is blocked", "choice", is_required=True, options=BLOCKED_BY_FRAUD),
    Field("lines", "Of who is late", "choice", is_required=True, options={
        "concerned": "the lines on overdue invoices", "all": "all lines"}),
    Field("notice_days", "Days of notice before a block of who is late", "number", is_required=True, width="short"),
    Field("limit_notice_days", "Days of notice where the limit is used up", "number", is_required=True, width="short"),
    Field("at_once_after", "Blocked at once after so many notices in a year", "number", width="short"),
    Field("hour_amount", "Guard: traffic of an hour for so much", "money", width="short"),
    Field("day_amount", "Guard: traffic of a day for so much", "money", width="short"),
    Field("hour_minutes", "Guard: minutes abroad in an hour", "number", width="short"),
    Field("day_minutes", "Guard: minutes abroad in a day", "number", width="short"),
    Field("hour_premium", "Guard: premium calls in an hour", "number", width="short"),
    Field("day_premium", "Guard: premium calls in a day", "number", width="short"),
    Field("hour_short", "Guard: short calls to one prefix in an hour", "number", width="short"),
    Field("day_short", "Guard: short calls to one prefix in a day", "number", width="short"),
    Field("fraud_blocks", "What the guard blocks", "choice", is_required=True, options=BLOCKED_BY_FRAUD),
]


def payer_of(row: dict) -> str:
    return url_for("credit.payer", no=row["customer_no"])


def tabs(here: str | None = None) -> list[dict]:
    return tabs_of(TABS, here)


@page(pages, "/credit", READERS)
def exposure():
    """Payers who are late, over a level, warned or blocked, worst first. Who they are is worked out of all payers: it
    comes into the page when it is ready."""
    if request.args.get("all"):  # where it was before
        return redirect(url_for("credit.payers"))
    return later("credit/exposure.html", "credit/exposed.html", lambda: {"result": _exposed()}, states=STATES,
                 chosen=request.args.get("state", ""), words=request.args.get("q", "").strip(), tabs=tabs())


def _exposed() -> dict:
    rows = database.call("credit_list", p_language=language())
    state, words = request.args.get("state", ""), request.args.get("q", "").strip().lower()
    shown = [one for one in rows if (not state or one["state"] == state)
             and (not words or words in f"{one['customer_no']} {one['name']}".lower())]
    return {"rows": shown[:SHOWN], "count": len(shown), "counts": {
        state: sum(one["state"] == state for one in rows) for state in STATES}}


@page(pages, "/credit/payers", READERS)
def payers():
    """Everyone who owes something or will, the largest first: worked out of all payers, too."""
    if request.args.keys() & {"now", "export", "sums", "after"}:
        is_part = request.headers.get("HX-Request") and "after" not in request.args
        return PAYERS.page("_list.html" if is_part else "credit/payers.html", title=_("Exposure of all payers"),
                           tabs=tabs("credit.exposure"))
    return later("credit/payers_soon.html", "", dict, title=_("Exposure of all payers"), tabs=tabs("credit.exposure"))


@page(pages, "/credit/payers/<no>", READERS)
def payer(no: str):
    """What a payer owes and will owe, how far credit control has gone and why, what is blocked."""
    found = database.one("credit_payer_get", p_customer_no=no, p_language=language())
    if not found:
        abort(404)
    now = database.one("credit_exposure", p_customer_no=no)
    if now["customer_no"] != no:  # another one pays for it
        return redirect(url_for("credit.payer", no=now["customer_no"]))
    return render_template(
        "credit/payer.html", payer=found, now=now, events=EVENTS,
        history=database.call("credit_history_list", p_customer_no=no, p_language=language()),
        lines=database.call("credit_line_list", p_customer_no=no), scopes=SCOPES, statement=address(
            "ledger.statement", customer=no), tabs=tabs("credit.exposure"), today=shape.today())


@page(pages, "/credit/payers/<no>/block", WRITERS, ("GET", "POST"))
def block(no: str):
    """Blocks lines until a person lifts it: what that orders is shown before."""
    found = _payer(no)
    lines = {one["line"]: f"{one['line']} · {one['service']} · {', '.join(one['numbers'][:3])}"
             for one in database.call("credit_line_list", p_customer_no=no)}
    form = Form([
        Field("lines", "Lines", "choices", options=lines, help="None chosen: all of them."),
        Field("scope", "What is blocked", "choice", is_required=True, value="outgoing", options=SCOPES,
              help="Emergency numbers never are."),
        Field("reason", "Reason", is_required=True, help="For those who ask."),
    ])
    orders = None
    if form.is_sent and "back" not in request.form and form.save(
            "credit_block", p_customer_no=no, p_lines=form["lines"] or None):
        orders = next(iter(form.result[0].values()))
        if "sure" in request.form:
            return form.done(_("Blocked: {n} orders to the switch.", n=orders), url_for("credit.payer", no=no))
        database.undo()
    return form.page("credit/block.html", payer=found, orders=orders, count=len(form["lines"] or lines),
                     tabs=tabs("credit.exposure"))


@page(pages, "/credit/payers/<no>/lift", WRITERS, ("GET", "POST"))
def lift(no: str):
    """Lifts what persons and the guard have blocked."""
    found = _payer(no)
    if request.method == "POST":
        done = database.one("credit_unblock", p_customer_no=no, p_lines=request.form.getlist("lines") or None)
        flash(_("{lifted} lines opened, {orders} orders to the switch.", lifted=done["lifted"], orders=done["orders"]),
              "done")
        if done["still_blocked"]:
            flash(_("{n} lines are blocked by a policy still: note a promise to open them for a while.",
                    n=done["still_blocked"]), "look")
        return redirect(url_for("credit.payer", no=no), 303)
    lines = [one for one in database.call("credit_line_list", p_customer_no=no)
             if one["origin"] in ("person", "guard")]
    return render_template("credit/lift.html", payer=found, lines=lines, scopes=SCOPES, tabs=tabs("credit.exposure"))


@page(pages, "/credit/payers/<no>/promise", WRITERS, ("GET", "POST"))
def promise(no: str):
    """Promised to pay until a day: no warning and no block until then, and what a policy blocked opens."""
    found = _payer(no)
    form = Form(PROMISE, {"until": found["promise_until"]})
    if form.is_sent and "withdraw" in request.form:
        database.call("credit_promise", p_customer_no=no, p_until=None, p_reason=request.form.get("reason"))
        return form.done(_("The promise is withdrawn."), url_for("credit.payer", no=no))
    if form.is_sent and form.save("credit_promise", p_customer_no=no):
        return form.done(_("Noted: promised until {day}.", day=form["until"]), url_for("credit.payer", no=no))
    return form.page("credit/promise.html", payer=found, tabs=tabs("credit.exposure"))


@page(pages, "/credit/payers/<no>/limit", WRITERS, ("GET", "POST"))
def limit(no: str):
    found = _payer(no)
    value = found["credit_limit"]
    form = Form(LIMIT, {"limit": None if value is None else shape.digits(value, 2),
                        "row_version": found["row_version"]})
    if form.is_sent and form.save("credit_limit_set", p_customer_no=no):
        return form.done(_("Saved."), url_for("credit.payer", no=no))
    return form.page("credit/form.html", title=_("Credit limit of {no} {name}", no=no, name=found["name"]),
                     cancel=url_for("credit.payer", no=no), tabs=tabs("credit.exposure"))


@page(pages, "/credit/check", WRITERS, ("GET", "POST"))
def check():
    """What the policies would do now; then they do it."""
    if request.method == "POST":
        try:
            steps = database.call("credit_check", p_is_dry=False)
        except database.Refused as error:  # no operator yet, say
            return render_template("credit/check.html", part="credit/steps.html", is_now=True, problem=error.problem,
                                   tabs=tabs("credit.exposure")), 422
        # the command takes longer to start than this request to be committed
        if steps and work.start("credit-messages", ["credit", "messages"]):
            flash(_("The messages are being sent."), "done")
        flash(_("Done: {n} payers.", n=len(steps)), "done")
        return redirect(url_for("credit.exposure"), 303)
    if "export" in request.args:
        return plan_file("credit-check", PLAN, _told(database.call("credit_check", p_is_dry=True)))
    return later("credit/check.html", "credit/steps.html", _steps, columns=PLAN, tabs=tabs("credit.exposure"))


def _steps() -> dict:
    try:
        steps = database.call("credit_check", p_is_dry=True)
    except database.Refused as error:
        return {"problem": error.problem}
    counts = [(_(name), sum(one["step"] == step for one in steps)) for step, name in STEPS.items()]
    return {"steps": [*_told(steps[:SHOWN]), *steps[SHOWN:]], "counts": [(name, n) for name, n in counts if n]}


def _told(steps: list[dict]) -> list[dict]:
    """Steps with what is done and why in words."""
    words: dict[tuple, str] = {}
    for one in steps:
        key = one["code"], db.exact(one["params"], sort_keys=True)
        if key not in words:
            words[key] = database.one("message_get", p_code=one["code"], p_language=language(),
                                      p_params=one["params"])["sentence"]
        one["reason"], one["words"] = words[key], _(STEPS[one["step"]])
    return steps


@page(pages, "/credit/blocks", READERS)
def blocks():
    return BLOCKS.page("credit/list.html", title=_("Blocks"), tabs=tabs())


@page(pages, "/credit/orders", READERS)
def orders():
    """Orders to the switch with their states."""
    return ORDERS.page("credit/orders.html", title=_("Orders to the switch"), tabs=tabs(),
                       is_working=work.is_running("credit-orders"), log=work.log("credit-orders"))


@page(pages, "/credit/orders/<int:order>", READERS)
def order(order: int):
    found = database.one("credit_order_browse_list", p_order=order)
    if not found:
        abort(404)
    return render_template("credit/order.html", order=found, scopes=SCOPES, tabs=tabs("credit.orders"))


@page(pages, "/credit/orders/<int:order>/close", WRITERS, ("POST",))
def order_close(order: int):
    """What the switch has answered: done, or not and why; or it is to be sent again."""
    what = request.form.get("what")
    if what == "again":
        count = database.value("credit_order_again", p_order=f"{order}")
        flash(_("It waits to be sent again.") if count else _("A later order is about the same line."),
              "done" if count else "look")
    elif what in ("done", "failed"):
        database.call("credit_order_close", p_order=f"{order}", p_is_done=what == "done",
                      p_reason=request.form.get("reason", "").strip() or None)
        flash(_("Noted."), "done")
    return redirect(url_for("credit.order", order=order), 303)


@page(pages, "/credit/orders/send", WRITERS, ("POST",))
def orders_send():
    """Sends what waits to the switch, beside the pages."""
    is_new = work.start("credit-orders", ["credit", "orders", "--send"])
    flash(_("Sending has begun.") if is_new else _("Orders are being sent already."), "done")
    return redirect(url_for("credit.orders"), 303)


@page(pages, "/credit/orders/again", WRITERS, ("POST",))
def orders_again():
    count = database.value("credit_order_again")
    flash(_("{n} orders wait to be sent again.", n=count), "done")
    return redirect(url_for("credit.orders", state="ordered"), 303)


@page(pages, "/credit/orders/file", WRITERS, ("POST",))
def orders_file():
    """The orders that have not left, as the file that `leissner credit orders --to` writes."""
    number = database.value("credit_order_file")
    if number is None:
        flash(_("No order waits."), "look")
        return redirect(url_for("credit.orders"), 303)
    rows = database.call("credit_order_list", p_batch=number)
    data = switch.file_of(number, rows)
    database.call("credit_order_sent", p_orders=[one["id"] for one in rows], p_way="file")
    database.keep()
    return send_file(io.BytesIO(data), "application/json", as_attachment=True,
                     download_name=f"orders-{number:06}.json")


@page(pages, "/credit/policies", READERS)
def policies():
    return render_template("credit/policies.html", rows=database.call("credit_policy_list"), scopes=BLOCKED_BY_FRAUD,
                           tabs=tabs())


@page(pages, "/credit/policies/new", WRITERS, ("GET", "POST"))
def policy_new():
    form = Form(POLICY, next((one | {"code": "", "kind": None, "customer_group": None, "customer_no": None}
                              for one in database.call("credit_policy_list")[-1:]), {}))
    form.known.pop("row_version", None)
    if form.is_sent and form.save("credit_policy_save", p_is_new=True):
        return form.done(_("Saved. It counts from the next credit check on."), url_for("credit.policies"))
    return form.page("credit/form.html", title=_("New policy"), cancel=url_for("credit.policies"),
                     tabs=tabs("credit.policies"))


@page(pages, "/credit/policies/<code>/edit", WRITERS, ("GET", "POST"))
def policy(code: str):
    found = next((one for one in database.call("credit_policy_list") if one["code"] == code), None)
    if not found:
        abort(404)
    known = {name: f"{value.normalize():f}" if isinstance(value, Decimal) else value for name, value in found.items()}
    form = Form(POLICY[1:], known)
    if form.is_sent and form.save("credit_policy_save", p_code=code, p_is_new=False):
        return form.done(_("Saved. It counts from the next credit check on."), url_for("credit.policies"))
    return form.page("credit/form.html", title=_("Policy {code}", code=code), cancel=url_for("credit.policies"),
                     tabs=tabs("credit.policies"))


@page(pages, "/credit/messages", READERS)
def messages():
    """What customers were told, and what they are still to be told."""
    return MESSAGES.page("credit/messages.html", {"p_language": language()}, title=_("Messages to customers"),
                         tabs=tabs(), is_working=work.is_running("credit-messages"), log=work.log("credit-messages"))


@page(pages, "/credit/messages/send", WRITERS, ("POST",))
def messages_send():
    """Sends what waits, beside the pages; with `retry` also what failed."""
    is_new = work.start("credit-messages", ["credit", "messages"] + (["--retry"] if "retry" in request.form else []))
    flash(_("Sending has begun.") if is_new else _("Messages are being sent already."), "done")
    return redirect(url_for("credit.messages"), 303)


@page(pages, "/credit/alerts", WRITERS, ("GET", "POST"))
def alerts():
    """Customers whose usage of the month has come to what they want to be told: shown before they are told."""
    if request.method == "GET":
        return render_template("credit/alerts.html", rows=None, columns=ALERTED, tabs=tabs("credit.messages"))
    rows = database.call("usage_alert_run")
    if "sure" in request.form:
        if rows:
            work.start("credit-messages", ["credit", "messages"])
        flash(_("{n} messages are written.", n=len(rows)), "done")
        return redirect(url_for("credit.messages"), 303)
    database.undo()
    return render_template("credit/alerts.html", rows=rows, columns=ALERTED, tabs=tabs("credit.messages"))


def _payer(no: str) -> dict:
    found = database.one("credit_payer_get", p_customer_no=no, p_language=language())
    if not found:
        abort(404)
    return found
