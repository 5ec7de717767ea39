"""What waits in suspense, by cause: its worth, the step that mends it on the page, another try, giving it up."""

import datetime as dt
import re

from flask import Response, flash, redirect, render_template, request, url_for
from flask_login import current_user

from leissner.scripts import db
from leissner.webui import database, shape, work
from leissner.webui.access import page
from leissner.webui.forms import Field, Form
from leissner.webui.lists import Column
from leissner.webui.texts import gettext as _
from leissner.webui.usage import MENDERS, SUSPENSE, pages
from leissner.webui.usage.common import TWO, Figure, address, call_of, csv_of, tabs
from leissner.webui.usage.words import sentence

GROUPS = 50
RECORDS = 200  # on the page; the file has all
AT_ONCE = 3000  # records tried while who asks waits; more are rated in the background
REASONS = {
    "bad_record": "Cannot be read", "bad_duration": "The length contradicts itself",
    "future_start": "Starts in the future", "unknown_mode": "Unknown mode", "unknown_carrier": "Unknown carrier",
    "no_subscriber": "Nobody has this number", "no_destination": "No destination for these digits",
    "no_price": "No price for this destination", "not_for_sale": "Not for sale", "no_cost": "No price of the carrier",
    "no_reseller_price": "No price for the seller", "no_exchange_rate": "No exchange rate",
}
# What mends it, in words of the pages; what stands in the database's sentence as values fills it.
STEPS = {
    "bad_record": "Correct the lines and load them again, in a file of their own.",
    "bad_duration": "Ask who runs the switch what the call lasted, and load the corrected record.",
    "future_start": "Check the time zone of the source and the clock of the switch, then try again.",
    "unknown_mode": "Add the mode, or map it in the source, then try again.",
    "unknown_carrier": "Add the carrier, or the trunk that leads to it, then try again.",
    "no_subscriber": "Assign it to the contract that had it on those days.",
    "no_destination": "Create the prefix, or one that is longer.",
    "no_price": "Give the destination a price in one of these lists, then try again.",
    "not_for_sale": "Lift the block in one of these lists if it is to be sold, then try again.",
    "no_cost": "Give the destination a price in the carrier's list, then try again.",
    "no_reseller_price": "Give the destination a price in the seller's list, then try again.",
    "no_exchange_rate": "Add the exchange rate of that day, then try again.",
}
# Pages that mend what is not mended here: which, with what, and what is done there.
ELSEWHERE = {
    "unknown_mode": ("admin.sheet", {"file": "modes"}, "Modes"),
    "unknown_carrier": ("admin.sheet", {"file": "trunks"}, "Trunks"),
    "future_start": ("admin.sheet", {"file": "sources"}, "Sources of calls"),
    "no_exchange_rate": ("pricing.exchange_rate_new", {}, "New rate"),
    "bad_record": ("usage.upload", {}, "Upload a file"),
    "bad_duration": ("usage.upload", {}, "Upload a file"),
}
PREFIX = [
    Field("prefix", "Prefix", is_required=True, width="short",
          help="The digits that numbers begin with; with $ at the end that whole number only."),
    Field("destination", "Destination", "choice", is_required=True,
          options=lambda: {one["code"]: f"{one['name']} ({one['code']})"
                           for one in database.call("destination_choice_list")}),
    Field("from_on", "From", "day", is_required=True, width="short", help="The day of the first call that waits."),
]
NUMBER = [
    Field("number", "Number or account", is_required=True, width="short"),
    Field("contract_no", "Contract", is_required=True, width="short"),
    Field("line_no", "Line", "number", is_required=True, width="short", value="1"),
    Field("from_on", "From", "day", is_required=True, width="short", help="The day of the first call that waits."),
]
FORMS = {
    "no_destination": (PREFIX, "suspense_prefix_add", ("admin", "pricing", "batch")),
    "no_subscriber": (NUMBER, "suspense_number_add", ("admin", "sales", "support", "batch", "integration")),
}
DROP = [Field("because", "Why will they never be rated?", "area", is_required=True,
              help="It is kept with the records and stands in the log.")]
COLUMNS = [
    Column("call", "Key", link=call_of),
    Column("started_at", "Start", show=lambda row: row["started_at"] and TWO.format(
        *f"{shape.moment(row['started_at'], True)}".split(" "))),
    Column("a_received", "From, to", show=lambda row: TWO.format(row["a_received"] or "–", row["b_received"] or "–")),
    Figure("units", "Units", show=lambda row: shape.number(row["units"])),
    Column("file", "File", show=lambda row: TWO.format(row["file"] or "–", row["line_no"] or "")),
    Column("detail", "Detail", show=lambda row: sentence(row["detail"])),
]


def _group(group: str) -> dict:
    found = database.call("suspense_group_list", p_group=group)[0]
    return _told(found)


def _told(row: dict) -> dict:
    """A group in words, with what mends it."""
    lists = re.search(r"to list (.+?)(?:, or to one|, carrier|\.$)|for sale in list (.+?) or above", row["step"])
    codes = re.split(r" or ", lists[1] or lists[2]) if lists and row["reason"].startswith("no") else []
    row["title"] = _(REASONS[row["reason"]])
    row["words"] = _(STEPS[row["reason"]])
    row["may_retry"] = current_user.may(*MENDERS, "batch") and row["reason"] not in ("bad_record", "bad_duration")
    is_mended = "by now" in row["step"]
    if is_mended and row["reason"] == "no_subscriber":
        row["words"] = _("It is assigned by now: try again.") if row["may_retry"] else _(
            "It is assigned by now. Support or pricing tries the calls again.")
    elif is_mended and row["reason"] == "no_destination":
        row["words"] = _("The prefix is there by now: try again.")
    held = re.search(r"is with contract (\S+), line (\d+), on (.+) only: ", row["step"])
    if held:
        row["words"] = _(
            "{contract}, line {line}, has it {days} only. Let that line go on, or assign it to who had it then.",
            contract=held[1], line=held[2], days=_days(held[3]))
    row["lists"] = [(code, address("pricing.price_list", code=code, q=row["about"])) for code in codes[:6]]
    row["worth_words"] = sentence(row["assumption"])
    row["is_known"] = row["worth"] is not None
    row["mends"] = row["reason"] in FORMS and current_user.may(*FORMS[row["reason"]][2]) and row["about"] not in (
        "(none)", "(no digits)", "anonymous") and not is_mended
    endpoint, args, words = ELSEWHERE.get(row["reason"], (None, {}, ""))
    if row["reason"] == "no_exchange_rate":
        args = {"currency": row["about"], "from_on": (row["first_at"] or "")[:10]}
    row["elsewhere"] = address(endpoint, **args) if endpoint else None
    row["elsewhere_words"] = _(words) if words else ""
    if held and not endpoint:
        row["elsewhere"] = address("customer.line", no=held[1], line=held[2])
        row["elsewhere_words"] = _("The contract line")
    row["may_drop"] = current_user.may(*MENDERS)
    return row


def _days(text: str) -> str:
    """Days as the database writes them, {[2025-05-21,2026-10-10)}: from the first through the last."""
    return ", ".join(f"{first} – {last and dt.date.fromisoformat(last) - dt.timedelta(days=1) or ''}".strip()
                     for first, last in re.findall(r"[\[(]([^,]*),([^)\]]*)[)\]]", text))


@page(pages, "/suspense", SUSPENSE)
def suspense():
    """What waits, by cause, the largest groups first."""
    database.look("suspense_list", None)
    only = request.args.get("reason", "")
    groups = [_told(row) for row in database.call("suspense_group_list", p_limit=GROUPS)
              if only not in REASONS or row["reason"] == only]
    waiting = sum(row["calls"] for row in database.call("suspense_summary"))
    dropped = sum(row["calls"] for row in database.call("suspense_drop_list"))
    worths: dict[str, object] = {}
    for row in groups:
        if row["is_known"]:
            worths[row["currency"]] = worths.get(row["currency"], 0) + row["worth"]
    return render_template(
        "usage/suspense.html", title=_("Suspense"), tabs=tabs(), groups=groups, waiting=waiting, worths=worths,
        only=_(REASONS[only]) if only in REASONS else None,
        left=0 if only in REASONS else waiting - sum(row["calls"] for row in groups), dropped=dropped,
        may_retry=current_user.may(*MENDERS, "batch"), is_working=work.is_running("rate suspense"),
        log=work.log("rate suspense", 4))


@page(pages, "/suspense/dropped", SUSPENSE)
def dropped():
    """What left suspense without being rated: by whom and why."""
    return render_template("usage/dropped.html", title=_("Given up"), tabs=tabs(),
                           rows=database.call("suspense_drop_list"), columns=DROPPED)


DROPPED = [Column("dropped_at", "When", "moment"), Column("kind", "Kind", "word"), Column("calls", "Calls", "number"),
           Column("what", "What", show=lambda row: dropped_words(row["what"])), Column("because", "Why"),
           Column("dropped_by", "By")]


def dropped_words(what: str | None) -> str | None:
    """What was given up: the group's reason in words, and what it is about."""
    found = re.fullmatch(r"[0-9a-f]{10} (\w+) (.*)", what or "")
    return f"{_(REASONS[found[1]])}: {sentence(found[2])}" if found and found[1] in REASONS else what


@page(pages, "/suspense/<group>", SUSPENSE, ("GET", "POST"))
def group(group):
    """A group: its records, and the form that mends its cause and tries them again at once."""
    found = _group(group)
    if request.args.get("export") == "csv":
        return _records(group)
    form = None
    if found["mends"]:
        fields, function, _levels = FORMS[found["reason"]]
        form = Form(fields, _suggested(found))
        if form.is_sent:
            ids = database.value("suspense_id_list", p_group=group) if found["may_retry"] else []
            more = {"p_kind": "account" if found["about"].startswith("account ") else "number"} \
                if found["reason"] == "no_subscriber" else {}
            if form.save(function, **more):
                return _tried(group, ids, _("Saved.") if found["may_retry"] else _(
                    "Saved. Support or pricing tries the calls again."))
    elif request.method == "POST":
        return redirect(url_for("usage.group", group=group))
    if request.method == "GET":
        database.look("suspense_list", group)
    records = database.call("suspense_call_list", p_group=group)
    response = render_template(
        "usage/group.html", title=found["title"], group=found, form=form, records=records[:RECORDS], columns=COLUMNS,
        left=len(records) - RECORDS)
    return response, 422 if form and form.problem else 200


def _suggested(found: dict) -> dict:
    """What the form holds at first: what waits, and what the database proposes."""
    first_on = (found["first_at"] or "")[:10]
    about = re.sub(r"^account ", "", found["about"])
    if found["reason"] == "no_destination":
        proposed = re.search(r"add (\d+),DESTINATION", found["step"])
        return {"prefix": proposed[1] if proposed else about, "from_on": first_on}
    proposed = re.search(r"add [^,]+,([^,]+),(\d+),", found["step"]) \
        or re.search(r"is with contract (\S+), line (\d+), on", found["step"])
    known = {"number": about, "from_on": first_on, "line_no": 1}
    if proposed and proposed[1] != "CONTRACT" and not _has_ended(proposed[1], int(proposed[2]), first_on):
        known |= {"contract_no": proposed[1], "line_no": proposed[2]}
    return known


def _has_ended(contract: str, line: int, day: str) -> bool:
    found = database.one("line_get", p_contract_no=contract, p_line_no=line)
    return bool(found and found["ends_on"] and f"{found['ends_on']}" <= day)


def _tried(group: str, ids: list[int], words: str = ""):
    """Tries records again, now where they are few; says what came of it, and goes where one goes on."""
    if len(ids or []) > AT_ONCE:
        work.start("rate suspense", ["calls", "rate", "--group", group])
        flash(f"{words} {_('{n} calls are tried again in the background.', n=len(ids))}".strip(), "done")
        return redirect(url_for("usage.suspense"))
    done = database.one("suspense_retry", p_ids=ids) if ids else None
    if done:
        words = f"{words} " + _("{read} tried again: {rated} are rated, {suspended} still wait.", **{
            name: done[name] for name in ("read", "rated", "suspended")})
    flash(words.strip() or _("There was nothing to try."), "done")
    return redirect(url_for("usage.suspense"))


@page(pages, "/suspense/<group>/retry", (*MENDERS, "batch"), ("POST",))
def retry(group):
    """Tries a group again."""
    return _tried(group, database.value("suspense_id_list", p_group=group))


@page(pages, "/suspense/retry", (*MENDERS, "batch"), ("POST",))
def retry_all():
    """Tries all that waits again, in the background."""
    if not work.start("rate suspense", ["calls", "rate"]):
        flash(_("That is at work already."), "look")
    return redirect(url_for("usage.suspense"))


@page(pages, "/suspense/<group>/drop", MENDERS, ("GET", "POST"))
def drop(group):
    """Gives a group up, after saying what that means."""
    found = _group(group)
    form = Form(DROP)
    if form.is_sent and form.save("suspense_drop", p_group=group):
        count = next(iter(form.result[0].values()))
        return form.done(_("{n} calls are given up. They are kept, and never rated.", n=count),
                         url_for("usage.suspense"))
    return render_template("usage/drop.html", title=_("Give up {n} calls", n=found["calls"]), group=found,
                           form=form), 422 if form.problem else 200


def _records(group: str) -> Response:
    database.look("export", group, form="csv")
    with database._refusal():
        names, rows = db.stream(database.connection(), "suspense_call_list", p_group=group)
    return csv_of(f"suspense-{group}.csv", names[1:], (row[1:] for row in rows))
