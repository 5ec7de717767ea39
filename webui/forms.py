"""Forms: one column, label above, help under, the error beside its field; nothing typed is ever lost.

    FORM = [Field("name", "Name", is_required=True), Field("start_on", "From", "day")]

    @page(pages, "/customers/<no>/edit", SALES, ("GET", "POST"))
    def edit(no):
        found = database.one("customer_get", p_customer_no=no)
        form = Form(FORM, found)
        if form.is_sent and form.save("customer_save", p_customer_no=no):
            return form.done(_("Saved."), url_for("customer.show", no=no))
        return form.page("customer/edit.html", title=…)

Whether a value is right the database decides; here typed days become ISO ones (1/10, idag, lördag, 2026-10-01), typed
numbers lose their spaces. The hidden row_version keeps two people from overwriting each other.
"""

import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request
from flask_login import current_user

from leissner.webui import database, shape
from leissner.webui.texts import gettext as _

WEEKDAYS = ("monday måndag", "tuesday tisdag", "wednesday onsdag", "thursday torsdag", "friday fredag",
            "saturday lördag", "sunday söndag")
PLAIN = str.maketrans("åäæöøéü", "aaaooeu")
WORDS = {"idag": 0, "today": 0, "igår": -1, "yesterday": -1, "imorgon": 1, "tomorrow": 1}


@dataclass(frozen=True)
class Field:
    """A field. kind: text, day, number, money, choice, choices, area, check, file, password, hidden.
    options: {value: words} of a choice, or a function that gives them."""

    name: str
    label: str
    kind: str = "text"
    help: str = ""
    is_required: bool = False
    options: dict[str, str] | Callable[[], dict[str, str]] | None = None
    value: Any = None
    error: str | None = None
    note: str | None = None  # what someone else made of it meanwhile
    levels: tuple[str, ...] = ()
    width: str = ""  # short, or empty for the whole column

    def choices(self) -> dict[str, str]:
        return (self.options() if callable(self.options) else self.options) or {}

    def words(self, value: Any) -> str:
        """A value as people call it, for a sentence."""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        known = self.choices() if self.kind in ("choice", "choices") else {}
        parts = value if isinstance(value, list) else [value] if value else []
        return ", ".join(_(known.get(part, part)) for part in parts) or _("empty")


class Form:
    """The fields of a page with what they hold: what was typed, else what is known."""

    def __init__(self, fields: list[Field], known: dict[str, Any] | None = None, **defaults: Any):
        self.known = known or {}
        self.is_sent = request.method == "POST"
        self.problem: tuple[str, str | None] | None = None
        self.fields = [replace(one, value=self._value(one, defaults)) for one in fields]
        self.version = request.form.get("row_version", self.known.get("row_version"))
        self.was = request.form.get("was") or json.dumps({
            one.name: _plain(one, self.known[one.name]) for one in fields if one.name in self.known
        }, ensure_ascii=False)  # how the fields stood when the form was opened

    def _value(self, one: Field, defaults: dict[str, Any]) -> Any:
        if self.is_sent:
            if one.kind == "check":
                return one.name in request.form
            if one.kind == "choices":
                return request.form.getlist(one.name)
            return request.form.get(one.name, "")
        return _shown(self.known.get(one.name, defaults.get(one.name, one.value)))

    def __getitem__(self, name: str) -> Any:
        """The value of a field for the database: empty is None, days are ISO days."""
        one = next(field for field in self.fields if field.name == name)
        if one.kind == "check":
            return bool(one.value)
        if one.kind == "choices":
            return list(one.value or [])
        text = f"{one.value}".strip()
        if not text:
            return None
        if one.kind == "day":
            return typed_day(text)
        if one.kind in ("number", "money"):
            return number_of(text)
        return text

    def values(self) -> dict[str, Any]:
        """All values, as parameters of an api function."""
        values = {f"p_{one.name}": self[one.name] for one in self.fields if one.kind not in ("file",)}
        if "row_version" in request.form:
            values["p_row_version"] = request.form["row_version"] or None
        return values

    def save(self, function: str, **params: Any) -> bool:
        """Calls api.FUNCTION with the values and further parameters; false: it was refused, and the form says why."""
        return self.check() and self.do(function, **(self.values() | params))

    def do(self, function: str, **params: Any) -> bool:
        """Calls api.FUNCTION with these parameters and the row_version alone; false: it was refused, as above."""
        if "row_version" in request.form:
            params.setdefault("p_row_version", request.form["row_version"] or None)
        try:
            self.result = database.call(function, **params)
        except database.Refused as error:
            if error.problem.code == "LB800" and "was" in request.form:
                self._join(error.problem.sentence)
            else:
                self.refused(error)
            return False
        return True

    def check(self) -> bool:
        """Is what was typed a day where a day is asked for, a number where a number, and nothing needed left out?
        False: the form says which is not. All else the database judges."""
        wrong = {}
        for one in self.fields:
            if one.levels and not current_user.may(*one.levels):
                continue
            value = self[one.name]
            if value in (None, []) and one.is_required and one.kind not in ("file", "check"):
                wrong[one.name] = _("Fill this in.")
            elif value is not None and one.kind == "day" and not is_day(value):
                wrong[one.name] = _("This is not a day. Write 2026-10-01, 1/10 or today.")
            elif value is not None and one.kind in ("number", "money") and not re.fullmatch(r"-?\d+(\.\d+)?", value):
                wrong[one.name] = _("This is not a number.")
        if wrong:
            self.fields = [replace(one, error=wrong.get(one.name)) for one in self.fields]
            self.problem = (_("Something is not right yet: see the fields marked below."), None)
        return not wrong

    def refused(self, error: database.Refused) -> None:
        """Puts what the database said beside its field."""
        problem = error.problem
        self.refuse(_("Fill this in.") if problem.code == "23502" else problem.sentence, problem.hint,
                    problem.field or (self._unread(error.value) if problem.code.startswith("22") else None))

    def _unread(self, value: str | None) -> str | None:
        """The field whose value the database could not take: where it did not say which, the largest number."""
        typed = {one.name: f"{self[one.name]}" for one in self.fields
                 if one.kind not in ("check", "choices", "hidden", "file") and self[one.name] is not None}
        if value is not None:
            return next((name for name, text in typed.items() if text == value), None)
        numbers = {name: Decimal(text) for name, text in typed.items()
                   if len(text) < 400 and re.fullmatch(r"-?\d+(\.\d+)?", text)}
        return max(numbers, key=lambda name: abs(numbers[name]), default=None)

    def refuse(self, sentence: str, hint: str | None = None, name: str | None = None) -> None:
        """Puts a sentence beside its field (a column parent_id is the field parent_id, parent or parent_no), or above
        the form where it is about none."""
        name = (name or "").removeprefix("p_")
        stem = name.removesuffix("_id")
        known = {one.name for one in self.fields if one.kind != "hidden"}
        name = next((one for one in (name, stem, f"{stem}_no", f"{stem}_code") if one in known), "")
        if name:
            self.fields = [replace(one, error=sentence) if one.name == name else one for one in self.fields]
            self.problem = (_("Something is not right yet: see the field marked below."), hint)
        else:
            self.problem = (sentence, hint)

    def _join(self, sentence: str) -> None:
        """Someone else has saved meanwhile: what only they changed is taken over, what both changed stays as typed, and
        each such field says what they wrote. Saved again, it holds."""
        try:
            was = dict(json.loads(request.form["was"]))
        except ValueError:
            was = {}
        fields = []
        for one in self.fields:
            now = _plain(one, self.known.get(one.name))
            typed, before = _plain(one, one.value), was.get(one.name)
            if one.name not in self.known or one.name not in was or now in (before, typed):
                fields.append(one)
                continue
            fields.append(replace(one, value=_shown(self.known[one.name]) if typed == before else one.value, note=(
                _("Someone else has changed it: before, it was {value}.", value=one.words(before))
                if typed == before else _("Someone else has written {value} here.", value=one.words(now)))))
        self.fields = fields
        self.version = self.known.get("row_version")
        self.was = json.dumps(was | {name: _plain(one, self.known[name]) for one in fields
                                     if (name := one.name) in self.known}, ensure_ascii=False)
        self.problem = (sentence, _(
            "Their changes are marked below, yours are still here. Look at them, and save again.")
            if any(one.note for one in fields) else _("Nothing that you see here. Save again."))

    def done(self, words: str, address: str):
        """Says what was saved, and goes on."""
        flash(words, "done")
        return redirect(address, 303)

    def page(self, template: str, **context: Any):
        """The form, with status 422 where it was refused."""
        return render_template(template, form=self, known=self.known, **context), 422 if self.problem else 200


def plain(text: str) -> str:
    """Words as one searches for them: in small letters, å and ä as a, ö as o."""
    return text.lower().translate(PLAIN)


def number_of(text: str) -> str:
    """A number as people type it, as the database reads it."""
    return re.sub(r"[\s\u202f\u00a0]", "", text).replace("\u2212", "-").replace(",", ".")


def _shown(value: Any) -> Any:
    """A value as its field shows it."""
    if isinstance(value, Decimal):
        return f"{value:f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
    return "" if value is None else value


def _plain(one: Field, value: Any) -> Any:
    """A value of a field, known or typed, so that two can be compared."""
    if one.kind == "check":
        return bool(value)
    if one.kind == "choices":
        return sorted(f"{part}" for part in value or [])
    return f"{_shown(value)}".replace("\r\n", "\n").strip()


def is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def typed_day(text: str) -> str:
    """A day as people type it, as an ISO day; what is none is left to the database to refuse."""
    text = text.strip().lower()
    if text in WORDS:
        return f"{shape.today() + dt.timedelta(days=WORDS[text])}"
    for place, names in enumerate(WEEKDAYS):
        if text in names.split():  # the next one, or today
            return f"{shape.today() + dt.timedelta(days=(place - shape.today().weekday()) % 7)}"
    if found := re.fullmatch(r"(\d{1,2})[/.](\d{1,2})(?:[/.-](\d{4}))?", text):
        day, month, year = int(found[1]), int(found[2]), int(found[3] or shape.today().year)
        try:
            return f"{dt.date(year, month, day)}"
        except ValueError:
            return text
    if found := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text):
        return f"{found[1]}-{found[2]}-{found[3]}"
    return text
