"""Jobs: what runs by the clock, when, and what came of it; run one now."""

import re

from flask import abort, flash, redirect, render_template, request, url_for

from leissner.webui import database, shape, work
from leissner.webui.access import page
from leissner.webui.admin import JOBS, pages
from leissner.webui.texts import gettext as _
from leissner.webui.texts import is_known

WRITERS = ("admin", "batch")
DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
ALIASES = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *",
           "@yearly": "0 0 1 1 *"}


def schedule_words(schedule: str) -> str:
    """A cron expression in words where it is one of the usual kinds, else as it stands."""
    fields = ALIASES.get(schedule.strip(), schedule).lower().split()
    if len(fields) != 5:
        return schedule
    minute, hour, day, month, weekday = fields
    clock = f"{int(hour):02d}:{int(minute):02d}" if minute.isdigit() and hour.isdigit() else None
    if month != "*":
        return schedule
    if clock and day == weekday == "*":
        return _("every day at {clock}", clock=clock)
    if clock and day == "*" and weekday in ("1-5", "mon-fri"):
        return _("on weekdays at {clock}", clock=clock)
    if clock and day == "*" and (weekday in NAMES or re.fullmatch("[0-7]", weekday)):
        number = NAMES.index(weekday) if weekday in NAMES else int(weekday) % 7
        return _("every {day} at {clock}", day=_(DAYS[number]), clock=clock)
    if clock and day.isdigit() and weekday == "*":
        return _("on day {day} of each month at {clock}", day=day, clock=clock)
    if hour == day == weekday == "*":
        if minute == "*":
            return _("every minute")
        if step := re.fullmatch(r"\*/(\d+)", minute):
            return _("every {n} minutes", n=step[1])
        if minute.isdigit():
            return _("every hour at {n} minutes past", n=minute)
    return schedule


@pages.app_template_global("count_of")
def count_of(value) -> str:
    """A figure of a run, a state or a list of sums, as people read it."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {count_of(one)}" for key, one in value.items()) or "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return _(value.replace("_", " ")) if is_known(value.replace("_", " ")) else value
    return "–" if value is None else shape.number(value)


@pages.app_template_global("counts_of")
def counts_of(counts: dict | None, most: int = 4) -> str:
    """The first figures of a run that say anything, on one line."""
    told = [f"{shape.word(key)} {count_of(value)}" for key, value in (counts or {}).items()
            if key != "mode" and value not in (None, {}, [], "")]
    return ", ".join(told[:most]) + (" …" if len(told) > most else "")


def _found(name: str) -> dict:
    one = next((one for one in database.call("job_list") if one["job"] == name), None) or abort(404)
    return one | {"when": schedule_words(one["schedule"])}


@page(pages, "/admin/jobs", JOBS)
def jobs():
    rows = [one | {"when": schedule_words(one["schedule"])} for one in database.call("job_list")]
    return render_template("admin/jobs.html", title=_("Jobs"), rows=rows)


@page(pages, "/admin/jobs/<name>", JOBS)
def job(name: str):
    """A job with its latest runs; while it runs the page looks every other second."""
    one = _found(name)
    is_running = work.is_running(f"job {name}") or one["state"] == "running"
    template = "admin/job_runs.html" if request.headers.get("HX-Request") else "admin/job.html"
    return render_template(template, one=one, runs=database.call("job_run_list", p_job=name, p_limit=30),
                           is_running=is_running, log=work.log(f"job {name}") if is_running else [])


@page(pages, "/admin/jobs/<name>/runs/<int:run>", JOBS)
def job_run(name: str, run: int):
    """A run with what it counted and what it wrote."""
    found = next((one for one in database.call("job_run_list", p_job=name, p_limit=10_000) if one["run"] == run),
                 None) or abort(404)
    return render_template("admin/job_run.html", one=_found(name), run=found)


@page(pages, "/admin/jobs/<name>/run", WRITERS, ("POST",))
def run_job(name: str):
    """Runs a job now, beside the pages."""
    _found(name)
    database.look("job_asked", name)
    if work.start(f"job {name}", ["job", "run", name]):
        flash(_("{name} runs now. The page shows how it goes.", name=name), "done")
    else:
        flash(_("{name} is running already.", name=name), "look")
    return redirect(url_for("admin.job", name=name), 303)


@page(pages, "/admin/jobs/<name>/enable", WRITERS, ("POST",))
def enable_job(name: str):
    is_enabled = request.form.get("enable") == "1"
    database.call("job_enable", p_job=name, p_is_enabled=is_enabled)
    flash(_("{name} runs by the clock.", name=name) if is_enabled else _("{name} runs by hand only.", name=name),
          "done")
    return redirect(url_for("admin.job", name=name), 303)
