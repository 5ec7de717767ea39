"""Which columns of a line give which field of a call: the small language of `fields`, conditions and keys.

    field=expression;…        expression: part|part|…   the first that is not empty
    part: A+B+…               columns in a row; 'text' stands for itself
          A:format            epoch, epoch_ms, epoch_us for times; ms, us for durations
          A~pattern           what the pattern's group finds in A (to the end of the expression)
A column is named as the file's first line or the layout names it, ignoring case, or is a number from 1.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from operator import itemgetter

from leissner.scripts.errors import LeissnerError

Row = Sequence[str]
SEPARATOR = "\0"
FIELDS = {"key", "started_at", "setup_at", "ended_at", "units", "duration", "ring", "a_number", "b_number", "asserted",
          "redirecting", "mode", "carrier", "account", "disposition", "epoch", "together"}


class NoColumn(LeissnerError):
    """A column is named that the file has not."""


class Columns:
    """Names of the columns of a line, and their places."""

    def __init__(self, names: Sequence[str] | None, width: int | None = None):
        self.names = list(names or [])
        self.width = len(self.names) or width
        self.places: dict[str, int] = {}
        self.twice: set[str] = set()
        for place, name in enumerate(self.names):
            key = name.strip().casefold()
            if self.places.setdefault(key, place) != place:
                self.twice.add(key)

    def place(self, name: str) -> int:
        """Place of a column, from 0."""
        name = name.strip()
        if name.casefold() in self.twice:
            raise NoColumn(f"The file has two columns {name}.", "Say in the source's columns which place counts.")
        place = self.places.get(name.casefold())
        if place is None and name.isdigit() and name.isascii() and int(name) >= 1:
            place = int(name) - 1
            if self.width and place >= self.width:
                place = None
        if place is None:
            known = f"It has {', '.join(self.names)}." if self.names else "Columns are numbered from 1."
            raise NoColumn(f"The file has no column {name}.", known)
        return place


@dataclass
class Field:
    """How a field is taken from a row: by its place alone, or by a function; and in which format it is."""

    place: int | None
    get: Callable[[Row], str]
    formats: list[tuple[Callable[[Row], str], str | None]]


def fields_of(text: str, columns: Columns, optional: bool) -> dict[str, Field]:
    """The fields that a map gives. Where `optional`, fields whose columns the file has not are left out."""
    fields = {}
    for entry in filter(None, (part.strip() for part in text.split(";"))):
        name, equals, expression = entry.partition("=")
        name = name.strip()
        if not equals or name not in FIELDS:
            raise LeissnerError(f"{entry} maps no field of a call.", f"The fields are {', '.join(sorted(FIELDS))}.")
        try:
            fields[name] = field_of(expression.strip(), columns, optional)
        except NoColumn:
            if not optional:
                raise
    return fields


def field_of(expression: str, columns: Columns, optional: bool = False) -> Field:
    """One field of the map."""
    if expression.casefold() in columns.places:  # a name may hold any sign
        place = columns.place(expression)
        return Field(place, lambda row: row[place], [(lambda row: row[place], None)])
    parts, missing = [], None
    body, tilde, pattern = expression.partition("~")
    names = body.split("|")
    for number, name in enumerate(names):
        try:
            last = pattern if tilde and number == len(names) - 1 else None
            parts.append(_part(name.strip(), columns, last))
        except NoColumn as error:
            if len(names) == 1 or not optional:
                raise
            missing = error
    if not parts:
        raise missing
    place = None
    if len(parts) == 1:
        get, place = parts[0][0], parts[0][2]
    else:
        gets = [part[0] for part in parts]

        def get(row: Row) -> str:
            for one in gets:
                if value := one(row):
                    return value
            return ""
    return Field(place, get, [(part[0], part[1]) for part in parts])


def _part(text: str, columns: Columns, pattern: str | None):
    """(getter, format, place if it is one bare column)"""
    text, colon, form = text.partition(":") if text.casefold() not in columns.places else (text, "", "")
    form = form if colon else None
    if pattern is not None:
        place, search = columns.place(text), compiled(pattern).search

        def found_in(row: Row) -> str:
            found = search(row[place])
            return (found[1] if found.re.groups else found[0]) or "" if found else ""
        return found_in, form, None
    pieces = _pieces(text)
    if len(pieces) == 1 and not pieces[0].startswith("'"):
        place = columns.place(pieces[0])
        return (lambda row: row[place]), form, None if form else place
    # A text of its own counts only with a column beside it that is not empty, unless it stands alone.
    own = [piece[1:-1] if piece.startswith("'") else columns.place(piece) for piece in pieces]
    places = [piece for piece in own if isinstance(piece, int)]

    def joined(row: Row) -> str:
        if places and not any(row[place] for place in places):
            return ""
        return "".join(piece if isinstance(piece, str) else row[piece] for piece in own)
    return joined, form, None


def _pieces(text: str) -> list[str]:
    """A+B+'text' in its pieces."""
    return [piece.strip() for piece in re.findall(r"'[^']*'|[^+']+", text)]


def by_number(text: str) -> bool:
    """Does a map name all its columns by their numbers?"""
    names = [
        piece.partition(":")[0].strip()
        for entry in text.split(";") for part in entry.partition("=")[2].partition("~")[0].split("|")
        for piece in _pieces(part) if piece.strip() and not piece.startswith("'")
    ]
    return bool(names) and all(name.isdigit() for name in names)


def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of the operator's, or a clear word about it."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise LeissnerError(f"{pattern} is no pattern: {error}.") from error


Condition = tuple[str, Callable[[Row], bool]]


def conditions_of(text: str | None, columns: Columns, optional: bool = False) -> list[Condition]:
    """(text, does a row meet it?) of column=value and column~pattern."""
    made: list[Condition] = []
    for entry in filter(None, (part.strip() for part in (text or "").split(";"))):
        found = re.fullmatch(r"([^=~]+)([=~])(.*)", entry, re.S)
        if not found:
            raise LeissnerError(f"{entry} is no condition.", "Write column=value or column~pattern.")
        try:
            place = columns.place(found[1])
        except NoColumn:
            if optional:
                continue
            raise
        made.append((entry, _condition(place, found[2], found[3].strip())))
    return made


def _condition(place: int, sign: str, value: str) -> Callable[[Row], bool]:
    if sign == "=":
        return lambda row: row[place] == value
    search = compiled(value).search
    return lambda row: search(row[place]) is not None


def key_of(text: str | None, columns: Columns, optional: bool = False) -> Callable[[Row], str] | None:
    """The record key: A; or A-B; or A and a hash of all the others. A set with an empty column does not count."""
    sets = []
    for names in (text or "").split("|") if text else []:
        try:
            sets.append([columns.place(name) for name in re.split(r"[+;,]", names) if name.strip()])
        except NoColumn:
            if not optional:
                raise
    if not sets:
        return None
    if sets == [sets[0][:1]]:
        place = sets[0][0]
        return lambda row: row[place]

    if len(sets) == 1 and len(sets[0]) > 2:
        first, others = sets[0][0], itemgetter(*sets[0][1:])

        def hashed(row: Row) -> str:
            text = row[first]
            return text and f"{text}-{blake2b(SEPARATOR.join(others(row)).encode(), digest_size=6).hexdigest()}"
        return hashed

    def key(row: Row) -> str:
        for places in sets:
            values = [row[place] for place in places]
            if not values[0] or (len(sets) > 1 and places is not sets[-1] and not all(values)):
                continue
            if len(values) <= 2:
                return "-".join(values)
            return f"{values[0]}-{blake2b(SEPARATOR.join(values[1:]).encode(), digest_size=6).hexdigest()}"
        return ""
    return key
