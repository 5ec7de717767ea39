"""A supplier's A–Z rate sheet, as CSV or XLSX, read into rows of single codes. What the prices mean for a list, the
database works out. Shapes: FORMATS-CALLS.md 5.

Nothing is guessed that could cost money: a date that may be read in two ways, a code that a spreadsheet has made a
number of, a rate of more than 8 decimals are errors, with line and column.
"""

import csv
import datetime as dt
import io
import itertools
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from leissner.scripts import xlsx
from leissner.scripts.errors import LeissnerError

LISTED = 100
MOST_CODES = 1000  # from one cell
HEADER_WITHIN = 30  # rows in which a header is looked for
# Names that columns of the world's sheets have, letters and digits only, the likeliest first.
NAMES = {
    "country_code": ("countrycode", "countrycodes", "cc", "landskod"),
    "code": ("code", "codes", "prefix", "dialcode", "dialcodes", "dialprefix", "areacode", "areacodes", "breakout",
             "destinationcode", "digits", "riktnummer"),
    "destination": ("destination", "destinations", "destinationname", "targetpatternname", "description", "name",
                    "country", "zone"),
    "rate": ("rate", "rates", "price", "peak", "peakrate", "costbyminute", "costmin", "perminutecharge", "buyrate",
             "permin", "perminute", "rateperminute", "ratemin", "newrate", "peakperminute", "pris"),
    "off_peak": ("offpeak", "offpeakrate", "secondrate", "offpeakperminute"),
    "setup": ("setup", "setupfee", "connectioncost", "connectioncharge", "connectfee", "connect",
              "peakcallsetupcharge"),
    "minimum": ("minimum", "minimumcharge"),
    "free": ("gracetime", "grace"),
    "increments": ("increments", "increment", "billingincrement", "billingincrements", "billing", "chargeperiod"),
    "first": ("initialincrement", "firstincrement", "initblock", "initialbillingtime", "minimumtime"),
    "next": ("nextincrement", "subsequentincrement"),
    "from": ("effective", "effectivedate", "effectivefrom", "date", "validity", "validfrom", "startdate", "from"),
    "until": ("validto", "until", "enddate", "expirydate", "expires", "to"),
    "flag": ("change", "changes", "ratechange", "status", "comment", "comments", "changetype", "ops"),
    "start": ("groupintervalstart", "startsecond", "fromsecond"),
}  # fmt: skip
FLAGS = {
    "up": ("increase", "increased", "up", "+", "higher"), "down": ("decrease", "decreased", "down", "-", "lower"),
    "new": ("new", "added", "addition"), "same": ("unchanged", "current", "same", "nochange", "=", "=="),
    "gone": ("deleted", "delete", "closed", "removed", "discontinued"), "blocked": ("blocked", "block", "barred"),
}  # fmt: skip
NO_SALE = {"blocked", "n/a", "na", "not available", "barred"}
MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}
CURRENCY = re.compile(r"\b(USD|EUR|SEK|NOK|DKK|GBP|CHF|PLN|CAD|AUD)\b|([€£])")
SIGNS = {"€": "EUR", "£": "GBP"}
SPECIAL = re.compile(r"\d+[.,]\d+E\+?\d+", re.I)


@dataclass
class Settings:
    """How a sheet is read; kept with each import, and taken for the next sheet of the same list."""

    map: dict[str, str] = field(default_factory=dict)  # field: name of the column, or its place from 1
    delimiter: str | None = None
    decimal: str | None = None
    dates: str | None = None  # dmy or mdy, where a sheet leaves it open
    header: int | None = None  # line of the header; 0: none
    increments: str = "1/1"
    unit: str = "minute"  # what a rate is for: minute or second
    scale: str = "1"  # a rate times this is in the list's currency
    strip: str = ""  # digits in front of every code


@dataclass
class Row:
    """A row of the sheet for one code; the columns of billing.rate_staging."""

    line: int
    code: str
    name: str
    from_on: dt.date | None
    to_on: dt.date | None
    rate: Decimal | None
    off_peak: Decimal | None
    setup: Decimal
    minimum: Decimal
    first: int
    next: int
    free: int
    step_to: list[int | None] | None
    step_rate: list[Decimal] | None
    is_blocked: bool
    is_deleted: bool
    flag: str | None

    def cells(self) -> tuple:
        return tuple(self.__dict__.values())


class Wrong(Exception):
    """A cell that cannot be read: (sentence)."""


class Sheet:
    """A sheet as it was read: `rows`, the `errors` that keep it from being imported, and what its title says."""

    def __init__(self, path: Path, settings: Settings, codes: Path | None = None) -> None:
        self.path, self.settings = path, settings
        self.errors: list[dict[str, Any]] = []
        self.error_count = 0
        self.rows: list[Row] = []
        table = read(path, settings)
        self.places, head, body = columns(table, settings, with_codes=codes is None)
        self.title = " ".join(cell for _, cells in head for cell in cells if cell)
        found = CURRENCY.search(self.title)
        self.currency = found and (found[1] or SIGNS[found[2]])
        if re.search(r"per\s*sec|/\s*sec", self.title, re.I) and settings.unit == "minute":
            raise LeissnerError(f"{path.name} has rates per second.", "Say --unit second.")
        self.formulas = set(formulas(path))
        self.names = code_names(codes, settings) if codes else None
        self.body = [(line, cells) for line, cells in body if any(cells)]
        self.decimal = settings.decimal or decimal_mark(self._column("rate"))
        self.order = date_order(itertools.chain(self._column("from"), self._column("until")), settings.dates)
        for line, cells in self.body:
            self._read_row(line, cells)
        if self.names is not None:
            for name in sorted(set(self.names) - {key(self._cell(cells, "destination")) for _, cells in self.body}):
                self._wrong(None, "destination", name, f"{codes}:{self.names[name][0]} has it, but it has no rate.")
        if "start" in self.places:
            self.rows = list(self._stepped())

    def _column(self, name: str) -> Iterator[str]:
        return (self._cell(cells, name) for _, cells in self.body) if name in self.places else iter(())

    def _cell(self, cells: Sequence[str], name: str) -> str:
        place = self.places.get(name)
        return cells[place].strip() if place is not None and place < len(cells) else ""

    def _wrong(self, line: int | None, column: str, value: str, sentence: str) -> None:
        self.error_count += 1
        if len(self.errors) < LISTED:
            self.errors.append({"line": line, "column": column, "value": value, "sentence": sentence})

    def _read_row(self, line: int, cells: Sequence[str]) -> None:
        """One line: as many rows as it has codes, or an error."""

        def take(name: str, make: Callable[[str], Any], default: Any = None) -> Any:
            value = self._cell(cells, name)
            try:
                if not value and (line, self.places.get(name, -1)) in self.formulas:
                    raise Wrong("A formula without a value: open the file and save it again.")
                return make(value) if value else default
            except Wrong as wrong:
                self._wrong(line, name, value, str(wrong))
                return default

        before = self.error_count
        name = self._cell(cells, "destination")
        flag, rate_text = flag_of(self._cell(cells, "flag")), self._cell(cells, "rate").lower()
        is_blocked = flag == "blocked" or rate_text in NO_SALE
        is_deleted = flag == "gone" and not is_blocked
        is_priced = not is_blocked and not (is_deleted and not rate_text)
        rate = take("rate", self._rate) if is_priced else None
        if is_priced and rate is None and self.error_count == before:
            self._wrong(line, "rate", "", "The rate is missing.")
        first, next_ = take("increments", increments, increments(self.settings.increments))
        if "next" not in self.places and "first" in self.places and "increments" in self.places:
            # ASTPP and others: the first increment in a column of its own, then the next
            next_ = next_ if self._cell(cells, "increments") else first
        first = take("first", whole, first)
        next_ = take("next", whole, next_) or 1
        codes = self._codes(line, cells, name, take)
        common = {
            "line": line, "name": name or "", "from_on": take("from", self._date), "to_on": take("until", self._date),
            "rate": rate, "off_peak": take("off_peak", self._rate) if is_priced else None,
            "setup": take("setup", self._amount, Decimal(0)), "minimum": take("minimum", self._amount, Decimal(0)),
            "first": first, "next": next_, "free": take("free", whole, 0), "step_to": None, "step_rate": None,
            "is_blocked": is_blocked, "is_deleted": is_deleted, "flag": flag,
        }  # fmt: skip
        if self.error_count == before:
            self.rows += [Row(code=code, **common) for code in codes]

    def _codes(self, line: int, cells: Sequence[str], name: str, take: Callable) -> list[str]:
        if self.names is not None:
            found = self.names.get(key(name))
            if not found:
                self._wrong(line, "destination", name, "The file of codes does not have it.")
            return list(found[1]) if found else []
        country = take("country_code", lambda cell: plain_code(cell, self.settings.strip), "")
        codes = take("code", lambda cell: expand(cell, country, self.settings.strip), [country] if country else None)
        if codes is None and not any(error["line"] == line and error["column"] == "code" for error in self.errors[-3:]):
            total = " It looks like a line of totals." if re.search(r"\btotal|\bsumma", " ".join(cells), re.I) else ""
            self._wrong(line, "code", "", f"The code is missing.{total}")
        return codes or []

    def _rate(self, cell: str) -> Decimal:
        value = number(cell, self.decimal) * Decimal(self.settings.scale)
        if self.settings.unit == "second":
            value *= 60
        if value != round(value, 8):
            raise Wrong("A rate has at most 8 decimals.")
        return value.normalize()

    def _amount(self, cell: str) -> Decimal:
        return number(cell, self.decimal)

    def _date(self, cell: str) -> dt.date:
        return date(cell, self.order)

    def _stepped(self) -> Iterator[Row]:
        """Rows of one code with rising start seconds are one price in steps."""
        place = self.places["start"]
        starts = {line: cells[place].strip().rstrip("s") if place < len(cells) else "" for line, cells in self.body}
        for _, same in itertools.groupby(
            sorted(self.rows, key=lambda row: (row.code, row.from_on or dt.date.min, row.line)),
            key=lambda row: (row.code, row.from_on),
        ):
            steps = list(same)
            head = steps[0]
            if len(steps) > 1:
                bounds = [starts[row.line] for row in steps]
                if not all(bound.isdigit() for bound in bounds) or [int(b) for b in bounds] != sorted(
                    {int(b) for b in bounds}
                ):
                    self._wrong(head.line, "start", ", ".join(bounds), "Steps need start seconds that rise.")
                elif len({(row.first, row.next) for row in steps}) > 1:
                    self._wrong(head.line, "increments", head.code, "The steps of a price have the same increments.")
                head.step_to = [int(bound) for bound in bounds[1:] if bound.isdigit()] + [None]
                head.step_rate, head.rate = [row.rate for row in steps], None
            yield head


# ---- files -----------------------------------------------------------------------------------------------------


def read(path: Path, settings: Settings) -> list[tuple[int, list[str]]]:
    """The rows of a file as (line, cells), from the first sheet of a workbook."""
    content = path.read_bytes()
    if content[:4] == b"PK\x03\x04":
        return list(read_xlsx(path, content))
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise LeissnerError(f"{path.name} is an old workbook, or one with a password.",
                            "Save it as XLSX without a password, or as CSV.")
    text = decode(path, content)
    if not text.strip():
        raise LeissnerError(f"{path.name} is empty.")
    delimiter = settings.delimiter or delimiter_of(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    rows, line = [], 1
    try:
        for cells in reader:
            rows.append((line, [cell.strip() for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise LeissnerError(f"{path.name}:{line}: {error}.") from error
    return rows


def decode(path: Path, content: bytes) -> str:
    """The text of a file: UTF-8 or UTF-16 with a mark, else UTF-8, else Windows-1252."""
    if b"\0" in content and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise LeissnerError(f"{path.name} is not a text file: it has NUL bytes.")
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise LeissnerError(f"{path.name} is not a text file that can be read.", "Save it as UTF-8.")


def delimiter_of(text: str) -> str:
    """The mark that cuts most lines alike; a decimal comma cuts them too, so `;`, tab and `|` come first."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    for mark in (";", "\t", "|"):
        if sum(line.count(mark) >= 2 for line in lines) * 2 > len(lines):
            return mark
    return ","


def read_xlsx(path: Path, content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet; a hidden one is refused."""
    for line, values in xlsx.rows(content, path.name, is_shown=True):
        yield line, [cell_text(value) for value in values]


def cell_text(value: Any) -> str:
    """A cell as the CSV would have it: days as ISO dates, numbers without exponent."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime | dt.date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{Decimal(repr(value)):f}"
    return str(value).strip()


def formulas(path: Path) -> Iterator[tuple[int, int]]:
    """Cells of a workbook that have a formula and no value, as (line, place)."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as book:
        sheets = sorted(name for name in book.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
        if not sheets or b"<f" not in (text := book.read(sheets[0])):
            return
    for letters, line in re.findall(rb'<c r="([A-Z]+)(\d+)"[^>]*><f[^>]*>[^<]*</f>(?:<v\s*/>|<v></v>)?</c>', text):
        place = 0
        for letter in letters:
            place = place * 26 + letter - 64
        yield int(line), place - 1


# ---- columns ---------------------------------------------------------------------------------------------------


def bare(text: str) -> str:
    """A column's name without what is in brackets, and letters and digits only."""
    return re.sub(r"[\W_]+", "", re.sub(r"\(.*?\)", "", text).lower())


def key(name: str) -> str:
    """A destination's name as the two files of a sheet are joined by."""
    return " ".join(name.lower().split())


def columns(table: list, settings: Settings, *, with_codes: bool) -> tuple[dict[str, int], list, list]:
    """({field: place}, the lines up to the header, the lines below it)."""
    needed = ["rate"] + (["code"] if with_codes else ["destination"])
    if settings.header == 0:
        places = places_of([], settings.map)
        if lacking := [name for name in needed if name not in places]:
            raise LeissnerError(f"Without a header the map must say where {' and '.join(lacking)} stand.",
                                'For example --map "code=1;destination=2;rate=3".')
        return places, [], table
    rows = [(place, row) for place, row in enumerate(table) if not settings.header or row[0] == settings.header]
    lacking = needed
    for place, (_, cells) in rows[:HEADER_WITHIN]:
        places = places_of(cells, settings.map)
        short = [name for name in needed if name not in places and not (name == "code" and "country_code" in places)]
        if not short:
            return places, table[: place + 1], table[place + 1 :]
        lacking = min(lacking, short, key=len)
    raise LeissnerError(
        f"No header with a column for {' and '.join(lacking)} was found.",
        'Name the columns: --map "code=Prefix;rate=Cost/Min", with --header-row where needed; 0: no header.',
    )


def places_of(header: Sequence[str], mapped: dict[str, str]) -> dict[str, int]:
    """{field: place} by the map, else by the names that the world's sheets use."""
    names = [cell.strip().lower().lstrip("#") for cell in header]
    places: dict[str, int] = {}
    for name, column in mapped.items():
        if column.strip().lower() in names:
            places[name] = names.index(column.strip().lower())
        elif column.isdigit():
            places[name] = int(column) - 1
    found = [bare(name) for name in names]
    for name, known in NAMES.items():
        if name not in mapped:
            place = next((found.index(one) for one in known if one in found), None)
            if place is not None and place not in places.values():
                places[name] = place
    if "increments" in places and "first" in places and "next" not in places:
        places["next"] = places.pop("increments")  # Initial Increment, Increment
    return places


def map_of(text: str) -> dict[str, str]:
    """`code=Prefix;rate=Cost/Min` as a dict."""
    mapped = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, _, column = part.partition("=")
        if name.strip() not in NAMES or not column.strip():
            raise LeissnerError(f'"{part}" in the map is not a field and its column.', "Fields: " + ", ".join(NAMES))
        mapped[name.strip()] = column.strip()
    return mapped


def code_names(path: Path, settings: Settings) -> dict[str, tuple[int, list[str]]]:
    """The second file of a sheet: {name: (line, its codes)}."""
    table = read(path, Settings(delimiter=settings.delimiter))
    for header in range(min(len(table), HEADER_WITHIN)):
        places = places_of(table[header][1], {})
        if "code" in places and "destination" in places:
            break
    else:
        raise LeissnerError(f"{path.name} has no header with a destination and its codes.")
    found: dict[str, tuple[int, list[str]]] = {}
    for line, cells in table[header + 1 :]:
        if any(cells):
            try:
                country = cells[places["country_code"]] if "country_code" in places else ""
                codes = expand(cells[places["code"]], plain_code(country, "") if country else "", settings.strip)
            except (Wrong, IndexError) as error:
                raise LeissnerError(f"{path.name}:{line}: {error}") from error
            found.setdefault(key(cells[places["destination"]]), (line, []))[1].extend(codes)
    return found


# ---- cells -----------------------------------------------------------------------------------------------------


def flag_of(cell: str) -> str | None:
    """What a cell says of the change; None where it says nothing that is known."""
    word = re.sub(r"[\s_]", "", cell.lower())
    return next((flag for flag, words in FLAGS.items() if word in words), None) if word else None


def plain_code(cell: str, strip: str) -> str:
    """Digits of a code without what stands in front of it."""
    code = cell.strip().replace(" ", "").lstrip("+'")
    code = re.sub(r"\.0$", "", code)
    if SPECIAL.fullmatch(code):
        raise Wrong("A spreadsheet has made a number of this code: format the column as text.")
    for front in filter(None, (strip, "011", "00")):
        if code.startswith(front):
            code = code[len(front):]
            break
    if not re.fullmatch(r"[0-9]{1,18}", code):
        raise Wrong("A code is 1 to 18 digits.")
    return code


def expand(cell: str, country: str, strip: str) -> list[str]:
    """All codes of a cell: lists, ranges, `46(70|72)`, `467[0236]`; the country's code in front of each."""
    if SPECIAL.fullmatch(cell.strip()):
        raise Wrong("A spreadsheet has made a number of this code: format the column as text.")
    if country and cell.strip() == "*":
        return [country]
    codes: list[str] = []
    for part in filter(None, re.split(r"[,;/\s]+", re.sub(r"\s*-\s*", "-", cell.strip()))):
        for alternative in alternatives(part):
            low, dash, high = alternative.partition("-")
            if dash:
                low, high = (plain_code(end, "" if country else strip) for end in (low, high))
                if len(low) != len(high) or low > high:
                    raise Wrong(f"{low}-{high} is no range: both ends have the same length, the first the smaller one.")
                if int(high) - int(low) >= MOST_CODES * 1000:
                    raise Wrong(f"More than {MOST_CODES} codes in one cell.")
                codes += blocks(int(low), int(high), len(low))
            else:
                codes.append(plain_code(alternative, "" if country else strip))
            if len(codes) > MOST_CODES:
                raise Wrong(f"More than {MOST_CODES} codes in one cell.")
    codes = list(dict.fromkeys(country + code for code in codes))
    if any(len(code) > 18 for code in codes):
        raise Wrong("A code is 1 to 18 digits.")
    return codes


def alternatives(part: str) -> list[str]:
    """`46(70|72)` and `467[0236]` written out."""
    pieces = re.findall(r"\(([0-9|]+)\)|\[([0-9-]+)\]|([^()\[\]]+)", part)
    if "".join("".join(piece) for piece in pieces) != re.sub(r"[()\[\]]", "", part):
        raise Wrong("A code is 1 to 18 digits.")
    choices = []
    for group, letters, text in pieces:
        if letters:
            letters = re.sub(
                r"(\d)-(\d)", lambda ends: "".join(map(str, range(int(ends[1]), int(ends[2]) + 1))), letters
            )
        choices.append(group.split("|") if group else list(letters) if letters else [text])
    return ["".join(choice) for choice in itertools.islice(itertools.product(*choices), MOST_CODES + 1)]


def blocks(low: int, high: int, length: int) -> Iterator[str]:
    """The fewest codes that cover a range: 7010-7019 is 701."""
    while low <= high:
        size, digits = 1, length
        while low % (size * 10) == 0 and low + size * 10 - 1 <= high and digits > 1:
            size, digits = size * 10, digits - 1
        yield str(low // size).zfill(digits)
        low += size


def increments(cell: str) -> tuple[int, int]:
    """`60/1` as (first, next); one number is both."""
    first, slash, after = cell.replace(" ", "").replace("+", "/").replace("s", "").partition("/")
    return whole(first), (whole(after) if slash else whole(first)) or 1


def whole(cell: str) -> int:
    """A whole number of seconds."""
    if not re.fullmatch(r"\d{1,6}(\.0+)?s?", cell):
        raise Wrong("A whole number of seconds is needed.")
    return int(cell.rstrip("s").split(".")[0])


def decimal_mark(cells: Iterator[str]) -> str:
    """A comma where rates have commas and no points."""
    text = "".join(itertools.islice(cells, 5000))
    return "," if "," in text and "." not in text else "."


def number(cell: str, mark: str) -> Decimal:
    """A number with its decimal mark; spaces, the other mark and ' may group thousands."""
    text = re.sub(r"^[^\d,.+-]{0,4}|[^\d,.]{0,4}$", "", cell)
    text = re.sub(r"[\s\u00a0\u202f']", "", text)
    other = "." if mark == "," else ","
    if other in text and not re.fullmatch(rf"\d{{1,3}}(?:\{other}\d{{3}})+(?:\{mark}\d+)?", text):
        raise Wrong(f'A number with "{mark}" before its decimals is needed.')
    try:
        value = Decimal(text.replace(other, "").replace(mark, "."))
    except InvalidOperation:
        raise Wrong("A number is needed.") from None
    if not value.is_finite() or "e" in text.lower():
        raise Wrong("A number is needed.")
    if value < 0:
        raise Wrong("It must not be negative.")
    if value != round(value, 8) or value >= 10**9:
        raise Wrong("At most 8 decimals and 9 digits before them.")
    return value


def date_order(cells: Iterator[str], order: str | None) -> str | None:
    """dmy or mdy, as the setting or the values themselves prove; None where they leave it open."""
    for cell in cells:
        if found := re.match(r"(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}$", cell):
            if int(found[1]) > 12:
                return "dmy"
            if int(found[2]) > 12:
                return "mdy"
    return order


def date(cell: str, order: str | None) -> dt.date:
    """A day in the forms that sheets use; a day that may be read in two ways is refused."""
    try:
        if found := re.match(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[T ][\d:.]+Z?)?$", cell):
            return dt.date(int(found[1]), int(found[2]), int(found[3]))
        if found := re.match(r"(\d{1,2})[- ]([A-Za-z]{3})[a-z]*[- ,]+(\d{2,4})$", cell):
            return dt.date(year(found[3]), MONTHS[found[2].lower()], int(found[1]))
        if found := re.match(r"(\d{1,2})\.(\d{1,2})\.(\d{2,4})$", cell):
            return dt.date(year(found[3]), int(found[2]), int(found[1]))
        if found := re.match(r"(\d{1,2})[/-](\d{1,2})[/-](\d{2,4})(?: [\d:]+)?$", cell):
            one, two = int(found[1]), int(found[2])
            if order is None and one != two:
                raise Wrong("Day first or month first? Say --dates dmy or --dates mdy.")
            return dt.date(year(found[3]), *((one, two) if order == "mdy" else (two, one)))
    except (ValueError, KeyError):
        raise Wrong("There is no such day.") from None
    if re.fullmatch(r"[34]\d{4}(\.0)?", cell):
        raise Wrong("A spreadsheet's serial number of a day: format the column as dates.")
    raise Wrong("A date is needed, best as 2026-10-01.")


def year(text: str) -> int:
    """A year of two digits is of this century."""
    return int(text) + (2000 if len(text) == 2 else 0)
