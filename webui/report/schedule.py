"""Reports by the clock: made from a form, listed with next and last run, stopped. Each is a job (scripts/job.py) that
delivers the report as the level of who made it."""

import re
import shlex

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from leissner.webui import database
from leissner.webui.access import page
from leissner.webui.admin.jobs import DAYS, schedule_words
from leissner.webui.forms import Field, Form
from leissner.webui.report import READERS, _named, own, pages
from leissner.webui.texts import gettext as _

SCHEDULERS = ("admin", "pricing", "sales", "support", "finance", "credit", "report", "auditor")
EVERY = {"day": "every day", "weekdays": "on weekdays", "week": "every week", "month": "every month"}
PERIODS = {
    "last_month": ("Last month", "{last_month}", "{month}"),
    "this_month": ("This month until then", "{month}", "{day}"),
    "yesterday": ("The day before", "{yesterday}", "{day}"),
}
UNTIL = {"{yesterday}": "The day before", "{month_end}": "The end of last month", "{day}": "The same day"}
FIELDS = [
    Field("every", "How often", "choice", options=EVERY, is_required=True, width="short"),
    Field("weekday", "Weekday, where it is every week", "choice", width="short",
          options={f"{n % 7}": DAYS[n % 7] for n in range(1, 8)}),
    Field("monthday", "Day, where it is every month", "number", width="short", help="1 to 28"),
    Field("clock", "At", is_required=True, width="short", help="By the operator's clock: 06:00"),
    Field("form", "Format", "choice", options=own.FORMS, is_required=True, width="short"),
    Field("deliver_to", "To", "area", is_required=True,
          help="E-mail addresses, one a line. Administrators may name folders and servers: sftp://user@host/path"),
    Field("email", "Tell this address when it fails"),
]


def _report(name: str) -> dict:
    """A report that the reader may run, standard or not."""
    known = database.call("report_list") + [
        one | {"arguments": [f"p_{each}" for each in one["arguments"] or []]} for one in database.call("tailored_list")]
    one = next((one for one in known if one["report"] == name), None) or abort(404)
    return _named(one) | ({"name": one["title"] or name} if "owner" in one else {})


def _fields(one: dict) -> list[Field]:
    """What the form asks for: the report's own parameters, then when, how and where to."""
    arguments = one["arguments"]
    asked = []
    if "owner" not in one and {"p_from", "p_to"} <= set(arguments):
        asked.append(Field("period", "Period", "choice", is_required=True, width="short",
                           options={key: words for key, (words, *_rest) in PERIODS.items()}))
        arguments = [name for name in arguments if name not in ("p_from", "p_to")]
    for place, name in enumerate(arguments):
        key = name.removeprefix("p_")
        label = key.replace("_", " ").capitalize()
        if "owner" not in one and name == "p_as_of":
            asked.append(Field("as_of", "Seen at the end of", "choice", options=UNTIL, is_required=True, width="short"))
        elif "owner" in one:
            asked.append(Field(f"param_{key}", key, is_required=place < one["needed"], width="short", help=HELP))
        elif name == "p_domestic":
            asked.append(Field("param_domestic", label, "choice", options={"true": "yes"}, width="short"))
        else:
            asked.append(Field(f"param_{key}", label, width="short"))
    return asked + FIELDS


HELP = "A value, or a day counted from when it runs: {day}, {yesterday}, {month}, {month_end}, {last_month}"


def _parameters(form: Form) -> dict[str, str]:
    made = {}
    for one in form.fields:
        value = form[one.name]
        if value is None:
            continue
        if one.name == "period":
            _words, made["from"], made["to"] = PERIODS[value]
        elif one.name == "as_of":
            made["as_of"] = value
        elif one.name.startswith("param_"):
            made[one.name.removeprefix("param_")] = value
    return made


def cron(form: Form) -> str | None:
    """The schedule as cron has it; None: the form says what is wrong."""
    clock = re.fullmatch(r"([01]?\d|2[0-3])[:.]([0-5]\d)", form["clock"] or "")
    if not clock:
        form.refuse(_("This is no time of day. Write 06:00."), None, "clock")
        return None
    at = f"{int(clock[2])} {int(clock[1])}"
    if form["every"] == "week":
        if form["weekday"] is None:
            form.refuse(_("Choose a weekday."), None, "weekday")
            return None
        return f"{at} * * {form['weekday']}"
    if form["every"] == "month":
        if not re.fullmatch(r"[1-9]|1\d|2[0-8]", form["monthday"] or ""):
            form.refuse(_("A day from 1 to 28 is needed."), None, "monthday")
            return None
        return f"{at} {form['monthday']} * *"
    return f"{at} * * {'1-5' if form['every'] == 'weekdays' else '*'}"


def read(one: dict) -> dict:
    """A schedule as people know it: the report, when in words, where to, with which values."""
    words = shlex.split(one["options"] or "")
    given: dict[str, list[str]] = {}
    for option, value in zip(words, words[1:], strict=False):
        if option.startswith("--"):
            given.setdefault(option[2:], []).append(value)
    parameters = dict(each.partition("=")[::2] for each in given.get("param", []))
    return one | {"when": schedule_words(one["schedule"]), "to": given.get("to", []), "parameters": parameters,
                  "form": (given.get("format") or ["xlsx"])[0]}


def _known(one: dict) -> dict:
    """What the form of an existing schedule holds."""
    minute, hour, day, _months, weekday = (one["schedule"].split() + ["*"] * 5)[:5]
    known = {"every": "weekdays" if weekday == "1-5" else "week" if weekday != "*" else "month" if day != "*"
             else "day", "weekday": weekday if weekday.isdigit() else "", "monthday": day if day.isdigit() else "",
             "clock": f"{hour.zfill(2)}:{minute.zfill(2)}", "form": one["form"], "deliver_to": "\n".join(one["to"]),
             "email": one["email"], "row_version": one["row_version"], "as_of": one["parameters"].get("as_of")}
    span = (one["parameters"].get("from"), one["parameters"].get("to"))
    known["period"] = next((key for key, (_words, *days) in PERIODS.items() if tuple(days) == span), None)
    return known | {f"param_{key}": value for key, value in one["parameters"].items()}


def _found(job: str) -> dict:
    one = next((one for one in database.call("schedule_list") if one["job"] == job), None) or abort(404)
    return read(one)


@page(pages, "/reports/schedules", SCHEDULERS)
def schedules():
    """The reports that go by the clock as the reader's level."""
    rows = [read(one) for one in database.call("schedule_list")]
    return render_template("report/schedules.html", title=_("Reports by the clock"), rows=rows)


@page(pages, "/reports/schedules/new/<name>", SCHEDULERS, ("GET", "POST"))
def schedule_new(name: str):
    """Let a report go by the clock."""
    return _edited(_report(name), None)


@page(pages, "/reports/schedules/<job>/edit", SCHEDULERS, ("GET", "POST"))
def schedule_edit(job: str):
    """Change when, how and where to."""
    one = _found(job)
    return _edited(_report(one["report"]), one)


def _edited(one: dict, known: dict | None):
    form = Form(_fields(one), _known(known) if known else {
        "every": "month", "monthday": 1, "clock": "06:00", "form": one.get("form") or "xlsx", "period": "last_month",
        "as_of": "{yesterday}"})
    if form.is_sent and form.check() and (schedule := cron(form)):
        to = [line.strip() for line in re.split(r"[\n,;]", form["deliver_to"]) if line.strip()]
        version = request.form.get("row_version") or None
        try:
            job = database.value(
                "schedule_save", p_report=one["report"], p_schedule=schedule, p_deliver_to=to, p_form=form["form"],
                p_parameters=_parameters(form), p_email=form["email"], p_job=known and known["job"],
                p_row_version=int(version) if version and known else None)
            return form.done(_("It is scheduled."), url_for("report.schedule", job=job))
        except database.Refused as error:
            problem = error.problem
            at = {"LB690": "deliver_to", "LB691": "deliver_to"}.get(problem.code, problem.field)
            form.refuse(problem.sentence, problem.hint, at)
    return form.page("report/schedule_edit.html", one=one, known_job=known, level=known["level"] if known
                     else current_user.level)


@page(pages, "/reports/schedules/<job>", SCHEDULERS, ("GET", "POST"))
def schedule(job: str):
    """A schedule with what came of its runs; stop it, or let it go on."""
    one = _found(job)
    if request.method == "POST":
        is_on = "on" in request.form
        database.call("schedule_enable", p_job=job, p_is_enabled=is_on)
        flash(_("It goes by the clock again.") if is_on else _("It is stopped."), "done")
        return redirect(url_for("report.schedule", job=job), 303)
    report = next((each for each in database.call("report_list") + database.call("tailored_list")
                   if each["report"] == one["report"]), None)
    return render_template("report/schedule.html", one=one, runs=database.call("schedule_run_list", p_job=job),
                           report=_named(report) if report else {"name": one["report"]})


KINDS = {"report": "run", "report_end": "finished", "report_deliver": "sent"}


@page(pages, "/reports/runs/<name>", READERS)
def runs(name: str):
    """Who ran and sent a report, with which values; who may not see all sees the own runs."""
    is_all = current_user.may("report", "auditor")
    rows = [one | {"what": KINDS[one["kind"]], "words": _words(one)} for one in database.call(
        "report_event_list", p_report=name)]
    return render_template("report/runs.html", name=name, rows=rows, is_all=is_all,
                           is_own=any(one["report"] == name for one in database.call("tailored_list")))


def _words(event: dict) -> str:
    """What the log keeps of it, to be read."""
    detail = event["detail"] or {}
    if event["kind"] == "report_end":
        return detail.get("failed") or _("{n} rows in {seconds} s", n=detail.get("rows"), seconds=detail.get("seconds"))
    if event["kind"] == "report_deliver":
        return f"{detail.get('file')} → {', '.join(detail.get('to') or [])}" + "".join(
            f"; {place}: {why}" for place, why in (detail.get("failed") or {}).items())
    values = detail.get("parameters", detail)
    return ", ".join(f"{key} = {value}" for key, value in values.items()) or "–"
