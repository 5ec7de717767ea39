"""Lines of a call file to records for billing.call_staging, by what the source's profile says."""

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from operator import itemgetter
from zoneinfo import ZoneInfo

from leissner.scripts.cdr.layout import (
    Columns,
    Field,
    NoColumn,
    Row,
    by_number,
    conditions_of,
    fields_of,
    key_of,
)
from leissner.scripts.cdr.source import Block, WrongFile
from leissner.scripts.cdr.times import FIRST, LAST, REST, Clock, Unreadable
from leissner.scripts.errors import LeissnerError

# Columns of billing.call_staging, in the order of a record; load_id comes before them when a block is copied.
STAGED = ("line_no", "key", "started_at", "units", "a_received", "b_received", "mode", "carrier", "account", "raw",
          "bad", "bad_duration", "zero_cause", "notes")
WRONG_MOST, WRONG_SHARE = 100, 20  # more than 100 bad records and more than one in 20: the wrong source
UNBILLED_ALL = 20  # so many records and none that bill_if lets through: a slip in bill_if
LONGEST_NUMBER = 200  # characters: no switch dials more, SIP addresses included
LISTED_MOST = 20  # examples per kind of note
CUT_OFFS = {10800, 43200}  # seconds at which switches end a call whose end they missed
ANONYMOUS = {"", "anonymous", "unknown", "restricted", "unavailable", "private", "0", "0000000000", "+266696687",
             "266696687"}
EXPONENT = re.compile(r"\s*[+-]?\d+(?:[.,]\d*)?[eE]\+?\d+\s*", re.A)
TYPES = re.compile(r"(?:(?:INTEGER|UNIQUEIDENTIFIER|VARCHAR\(\d+\))(?:,|$))+", re.I)
TOTAL = re.compile(r"\W*(?:sub|grand )?(?:total|totalt|summa|sum|yhteensä|i alt)\b", re.I)
CLOCK = re.compile(r"(-?)(?:(\d{1,9}):)?(\d{1,2}):(\d\d)(?:[.,](\d+))?", re.A)
TAIL = [f"{i // 60:02}:{i % 60:02}+00" for i in range(3600)]
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Bad(ValueError):
    """Why a record cannot be read."""


@dataclass
class Batch:
    """The records of a block: text for COPY (NULL is empty), and what was noted."""

    copy: str
    records: int
    block: Block
    last_started_at: int | None
    notes: Counter = field(default_factory=Counter)


@dataclass
class Plan:
    """How lines of one layout become records."""

    width: int | None
    names: list[str]
    look: object
    record: object
    name_place: int | None
    shape: list


class Reader:
    """Reads one file of a source. `is_record` sees the first lines; then `read` turns block after block."""

    def __init__(self, profile: dict, name: str, written_at: float | None = None, last_started_at: int | None = None):
        self.profile, self.name = profile, name
        self.written_at = written_at
        self.last = last_started_at
        self.layouts = profile["layouts"]
        first = self.layouts[0]
        self.map = profile["columns"] or ""
        given = profile["has_header"]
        self.has_header = given if given is not None else first["has_header"] and not by_number(self.map)
        if not first["columns"] and not self.has_header and profile["format"] != "generic":
            raise LeissnerError(f"Files of {profile['format']} are read by the names in their first line.")
        self.clock = Clock(profile["time_zone"], profile["time_format"] or first["time_format"])
        self.encoding = profile["encoding"] or "utf-8"
        self.delimiter = {"tab": "\t", "\\t": "\t"}.get(profile["delimiter"], profile["delimiter"])
        self.quote = profile["quote"] or ""
        self.is_escaped = first["is_escaped"]
        self.decimal = profile["decimal"] or "."
        self.starts = self._first_day()
        self.header: list[str] | None = None
        self.plans: dict[int, list[Plan]] = {}
        self.notes: Counter = Counter()
        self.listed: list[dict] = []
        self.zone_seen = self.zone_wrong = self.records = self.bad = self.unbilled = 0
        self.zone_example = self.zone_at = 0
        self.goes_on = False  # only what is new in a known file is read
        self.together: dict[tuple[str, str], int] = {}
        self.hours: dict[int, str] = {}
        if first["columns"]:
            for layout in self.layouts:
                self._plan_add(layout, layout["columns"])

    # -- before the first record ---------------------------------------------------------------------------------

    def is_skipped(self) -> bool:
        """Does the file's name say that it holds no calls?"""
        return any(layout["skip_name"] and re.search(layout["skip_name"], self.name) for layout in self.layouts)

    def sniff(self, head: bytes) -> None:
        """Refuses what the first bytes show to be another kind of file."""
        if self.is_escaped or not head.strip():
            return
        line = head.split(b"\n", 1)[0].strip()
        if b"\n" not in head.strip() and (re.search(rb'";\s*"', line) or line.endswith(b'";')):
            raise WrongFile(f"{self.name} is one line whose records end in `;`.",
                            "FreeSWITCH's default-template names no template that exists: correct cdr_csv.conf.xml.")
        if b'"' not in line and line.count(self.delimiter.encode()) > 3:
            raise WrongFile(f"{self.name} has no quotes around its values.",
                            "It was saved by a spreadsheet, which loses seconds too: load the switch's own file.")

    def is_record(self, line: bytes, number: int) -> bool:
        """Is this line, among the first ones, a record? The names of the columns are taken from those before."""
        text = self._decoded([line], number)[0]
        if not text.strip() or self._is_comment(text):
            return False
        if self.has_header and self.header is None:
            self._header_take(text)
            return False
        if number == 1 and self._is_names(self._rows([text])[0]):
            return False
        return not self._is_type_line(text) and not self._is_header(text)

    def _header_take(self, text: str) -> None:
        row = self._rows([text])[0]
        self.header = [name.strip() for name in row]
        self.header_text = text
        numeric = self.header and all(re.fullmatch(r"[\d.:+-]*", name) for name in self.header)
        if numeric:
            raise WrongFile(f"The first line of {self.name} does not name its columns.",
                            "It should; or say header=no in the source, and the columns by their numbers.")
        self._plan_add(self.layouts[0], self.header)

    def _is_comment(self, text: str) -> bool:
        # #31#070… is a number
        return text[:1] == "#" and self.profile["format"] == "generic" and not text[1:2].isdigit()

    def _is_type_line(self, text: str) -> bool:
        return self.has_header and text[:1] in "IVUivu" and TYPES.fullmatch(text.strip()) is not None

    def _is_header(self, text: str) -> bool:
        return self.header is not None and text == self.header_text

    def _is_names(self, row: list[str] | None) -> bool:
        """Does a first line name the columns of a format whose files have no such line?"""
        if self.has_header or not row:
            return False
        names = {name.casefold() for plans in self.plans.values() for plan in plans for name in plan.names}
        return sum(cell.strip().casefold() in names for cell in row) * 2 > len(row)

    def _first_day(self) -> int | None:
        if not (day := self.profile["starts_on"]):
            return None
        return Clock(self.profile["time_zone"], None).read(f"{day} 00:00:00")

    # -- plans ---------------------------------------------------------------------------------------------------

    def _plan_add(self, layout: dict, names: list[str] | None, width: int | None = None) -> Plan:
        columns = Columns(names, width)
        format_ = self.profile["format"]
        own_only = format_ == "generic" and bool(self.map)
        try:
            fields = {} if own_only else fields_of(layout["fields"], columns, optional=True)
            fields |= fields_of(self.map, columns, optional=False)
            missing = {"started_at", "units", "b_number"} - set(fields)
            if missing:
                raise NoColumn(
                    f"No column gives {', '.join(sorted(missing))}.",
                    "Ring time is not talk time: without billed seconds a file cannot be priced." if "units" in missing
                    else "Is it another kind of file? cmr_… files, say, hold no calls." if format_ == "cucm"
                    else f"The first line names {', '.join(columns.names[:20])}.")
            plan = Plan(
                columns.width, columns.names,
                conditions_of(layout["look"], columns), None,
                columns.place(layout["name_column"]) if layout["name_column"] else None,
                conditions_of(layout["shape"], columns) if layout["shape"] else [],
            )
            plan.record = self._recorder(layout, columns, fields)
        except NoColumn as error:
            raise WrongFile(f"{self.name}: {error}", error.hint) from error
        self.plans.setdefault(plan.width, []).append(plan)
        # A variant without a look is the one where no other fits.
        self.plans[plan.width].sort(key=lambda other: not other.look)
        return plan

    def _time(self, one: Field):
        """Function of a row: epoch seconds, and the text they were read from; (None, '') where it never happened."""
        readers = [(get, self.clock.reader(form) if form else self.clock.read) for get, form in one.formats]
        if len(readers) == 1:
            get, read = readers[0]
            if one.place is None:
                return lambda row: (read(text), text) if (text := get(row)) else (None, "")
            place, is_iso, known, rest_of = one.place, read == self.clock.read_iso, self.clock.known.get, REST.get

            def time(row: Row):
                text = row[place]
                if not text:
                    return None, ""
                if is_iso:  # as in read_iso, without the call
                    hour = known(text[:14] + text[19:])
                    if hour is not None and (rest := rest_of(text[14:19])) is not None:
                        return hour + rest, text
                return read(text), text
            return time

        def first(row: Row):
            for get, read in readers:
                if (text := get(row)) and (epoch := read(text)) is not None:
                    return epoch, text
            return None, ""
        return first

    def _units(self, one: Field):
        """Function of a row: whole units; fractions up, negative ones down."""
        form = {"seconds": None}.get(self.profile["duration_format"], self.profile["duration_format"])
        readers = [(get, _duration_reader(one_form or form, self.decimal)) for get, one_form in one.formats]
        place = one.place if form is None else None

        def units(row: Row) -> int:
            if place is not None and (text := row[place]).isdigit() and text.isascii() and len(text) < 19:
                return int(text)
            for get, read in readers:
                if text := get(row).strip():
                    return read(text)
            raise Bad("no units")
        return units

    def _recorder(self, layout: dict, columns: Columns, fields: dict[str, Field]):
        """The function that makes a record of a row. Everything looked up here is looked up once, not per row."""
        profile, clock, note = self.profile, self.clock, self._note
        which = profile["which_time"]
        get_start, get_units = self._time(fields["started_at"]), self._units(fields["units"])
        get_setup = self._time(fields["setup_at"]) if "setup_at" in fields else None
        get_end = self._time(fields["ended_at"]) if "ended_at" in fields else None
        get_total = self._units(fields["duration"]) if "duration" in fields else None
        get_ring = self._units(fields["ring"]) if "ring" in fields else None

        def getter(name: str):
            one = fields.get(name)
            return None if one is None else itemgetter(one.place) if one.place is not None else one.get
        get_a, get_b = getter("a_number") or (lambda row: ""), getter("b_number")
        get_mode, get_carrier, get_account = getter("mode"), getter("carrier"), getter("account")
        get_disposition, get_epoch, get_together = getter("disposition"), getter("epoch"), getter("together")
        get_asserted, get_redirecting = getter("asserted"), getter("redirecting")
        get_key = (key_of(profile["key_columns"], columns) or key_of(layout["key_columns"], columns, optional=True)
                   or getter("key"))
        bill_if = conditions_of(profile["bill_if"], columns)
        skip_if = conditions_of(layout["skip_if"], columns, optional=True)
        forwarded_if = conditions_of(layout["forwarded_if"], columns, optional=True)
        seconds_modes = set(profile["modes_in_seconds"])
        own_mode = profile["mode"] or "voice"
        longest = profile["max_hours"] * 3600 if profile["max_hours"] else None
        written_at, starts, doubled, missing = self.written_at, self.starts, clock.doubled, clock.missing
        together, stamp = self.together, self._stamp

        def record(number: int, row: Row, raw: str) -> tuple:
            units = start = None
            noted: list[str] = []
            try:
                units = get_units(row)
                start, start_text = get_start(row)
                setup, setup_text = get_setup(row) if get_setup else (None, "")
                end, end_text = get_end(row) if get_end else (None, "")
                a, b = get_a(row).strip(), get_b(row).strip()
                if ("e" in b or "E" in b) and EXPONENT.fullmatch(b) or ("e" in a or "E" in a) and EXPONENT.fullmatch(a):
                    raise Bad("a number in exponent form: digits are lost")
                if len(a) > LONGEST_NUMBER or len(b) > LONGEST_NUMBER:
                    raise Bad(f"a number of more than {LONGEST_NUMBER} characters")
                epoch = int(get_epoch(row) or 0) if get_epoch else 0

                if doubled:
                    setup, start, end = self._fold(
                        noted, number, units, epoch, (setup, setup_text), (start, start_text), (end, end_text),
                        get_total(row) if get_total else None)
                if missing and start_text[:-2] in missing:
                    noted.append("hour that clocks left out")
                if epoch and setup is not None:
                    self.zone_seen += 1
                    ahead = setup - epoch
                    if ahead > 1700 or ahead < -1700:
                        if abs(ahead - round(ahead / 900) * 900) <= 60:
                            self.zone_wrong += 1
                            self.zone_example, self.zone_at = ahead, epoch

                bad_duration = ""
                if which == "answer":
                    if units < 0:
                        bad_duration = f"{units} units"
                    elif end is not None and start is not None and units:
                        more = units - (end - start)
                        if more > 2:
                            bad_duration = f"{units} s, but {end - start} s from answer to end"
                        elif more < -2:
                            noted.append("shorter than its times")
                    if start is None:
                        # Not answered; or the answer is only in what is left of the whole duration.
                        start = setup if setup is not None else end
                        if start is not None and units > 0:
                            total = get_total(row) if get_total else units
                            start = setup + max(total - units, 0) if setup is not None else end - units
                elif units < 0:
                    bad_duration = f"{units} units"
                elif start is not None and which == "end":
                    start -= units
                elif start is not None:
                    start += get_ring(row) if get_ring else max(get_total(row) - units, 0) if get_total else 0
                if start is None:
                    raise Bad("no start")
                if not FIRST <= start <= LAST:  # reckoned from units that no call has
                    raise Unreadable
            except Bad as error:
                return self._bad(number, raw, f"{error}")
            except (Unreadable, ValueError, OverflowError):
                return self._bad(number, raw, "a time that is not readable")

            for text, meets in skip_if:
                if meets(row):
                    return self._zero(number, start, units, f"no call: {text}")
            for text, meets in bill_if:
                if not meets(row):
                    self.unbilled += 1
                    return self._zero(number, start, units, f"not {text}")
            disposition = get_disposition(row) if get_disposition else ""
            if not units:
                return self._zero(number, start, 0, f"0 units: {disposition}" if disposition else "0 units")

            mode = get_mode(row) if get_mode else ""
            if get_redirecting and (payer := get_redirecting(row)) and all(meets(row) for _, meets in forwarded_if):
                a, mode = payer.strip(), "forwarded"
            elif get_asserted and a.casefold() in ANONYMOUS:
                a = get_asserted(row).strip() or a
            if units >= 10800 and (mode or own_mode) in seconds_modes:
                if longest and units > longest:
                    noted.append(f"longer than {profile['max_hours']} hours")
                if units in CUT_OFFS:
                    noted.append("as long as a switch's cut-off")
            if written_at and start > written_at:
                noted.append("later than the file itself")
            if starts and start < starts:
                noted.append("before the source's first day")
            if disposition == "FAILED":
                noted.append("failed, yet with seconds")
            if get_together and (call := get_together(row)):
                before = together.get((call, b))
                if before is not None and start < before:
                    noted.append("two answered records of one call at once")
                together[call, b] = max(start + units, before or 0)
            self.last = start
            if noted:
                for kind in noted:
                    note(kind, number, raw)
            return (
                str(number), get_key(row) if get_key else "", stamp(start), str(units), a, b, mode,
                get_carrier(row) if get_carrier else "", get_account(row) if get_account else "", raw, "",
                bad_duration, "", "{" + ",".join(f'"{kind}"' for kind in noted) + "}" if noted else "",
            )
        return record

    def _fold(self, noted, number, units, epoch, setup, start, end, total):
        """The instants of a record some of whose times the clock shows twice."""
        doubled = self.clock.doubled
        if not any(text and text[:-2] in doubled for _, text in (setup, start, end)):
            return setup[0], start[0], end[0]

        def both(epoch_text):
            first, text = epoch_text
            return [None] if first is None else [first, first + doubled[text[:-2]]] if text[:-2] in doubled else [first]
        if len(both(setup)) == 1 == len(both(start)) and (setup[0] is not None or start[0] is not None):
            # Only the end is in doubt: it is where the units put it.
            began = start[0] if start[0] is not None else setup[0]
            return setup[0], start[0], min(both(end), key=lambda last: abs(last - began - units))
        choices = [
            (one, two, three) for one in both(setup) for two in both(start) for three in both(end)
            if (one is None or two is None or one <= two)
            and ((two or one) is None or three is None or (one if two is None else two) <= three)
        ] or [(setup[0], start[0], end[0])]
        if epoch and setup[0] is not None:
            nearest = min(abs(choice[0] - epoch) for choice in choices)
            choices = [choice for choice in choices if abs(choice[0] - epoch) == nearest]
            noted.append("hour that clocks show twice: by the record's epoch")
        else:
            def agrees(choice):
                one, two, three = choice
                spans = [(two, units), (one, total)]
                return all(begin is None or three is None or length is None or abs(three - begin - length) <= 1
                           for begin, length in spans)
            choices = [choice for choice in choices if agrees(choice)] or choices
            firsts = {choice[1] if choice[1] is not None else choice[0] for choice in choices}
            if len(firsts) == 1:
                noted.append("hour that clocks show twice: by the duration")
            else:
                # Lines stand in order of start or of end; a call that ended before the line above began is impossible.
                early = min(first for first in firsts if first is not None)
                if self.last is not None and early + max(units, 0) < self.last:
                    choices = [choice for choice in choices
                               if (choice[1] if choice[1] is not None else choice[0]) != early]
                    noted.append("hour that clocks show twice: by the lines before")
                else:
                    noted.append("hour that clocks show twice: taken as the first")
        # With the instants of one pass there may still be two ends: the one that the units ask for.
        return min(choices, key=lambda choice: (
            0 if choice[2] is None or choice[1] is None else abs(choice[2] - choice[1] - units),
            choice[1] or 0, choice[2] or 0))

    def _bad(self, number: int, raw: str, why: str) -> tuple:
        self.bad += 1
        return (str(number), "", "", "", "", "", "", "", "", raw, why, "", "", "")

    def _zero(self, number: int, start: int, units: int, cause: str) -> tuple:
        self.notes[f"zero: {cause}"] += 1
        # Counted, not kept: neither its text nor its numbers are of use.
        return (str(number), "", self._stamp(start), str(units), "", "", "", "", "", "", "", "", cause, "")

    def _note(self, kind: str, number: int, raw: str) -> None:
        self.notes[kind] += 1
        if self.notes[kind] <= LISTED_MOST and not kind.endswith(("epoch", "duration")):
            self.listed.append({"line": number, "note": kind, "text": raw[:300]})

    def _stamp(self, epoch: int) -> str:
        """UTC, as text for timestamptz."""
        hour, rest = divmod(epoch, 3600)
        head = self.hours.get(hour)
        if head is None:
            head = self.hours[hour] = f"{datetime.fromtimestamp(hour * 3600, UTC):%Y-%m-%d %H:}".rjust(14, "0")
        return head + TAIL[rest]

    # -- blocks --------------------------------------------------------------------------------------------------

    def read(self, block: Block) -> Batch:
        """The records of a block."""
        self.notes = Counter()
        before = self.records
        lines = self._decoded(block.lines, block.first_line)
        rows = self._rows(lines)
        if not self.plans:
            self._widths(rows)
        text = "".join(lines)
        out, plain_raw = [], "\\" not in text and "\t" not in text
        plans, last_number = self.plans, block.line_no if block.is_last else None
        for number, (line, row) in enumerate(zip(lines, rows, strict=True), block.first_line):
            if not line.strip():
                self.notes["empty lines"] += bool(line) or number != last_number
                continue
            if number == 1 and self._is_names(row):
                continue
            fitting = plans.get(len(row)) if row is not None else None
            if fitting and len(fitting) == 1 and not self.has_header:
                made = fitting[0].record(number, row, line)
            else:
                if self._is_comment(line) or self.has_header and (self._is_type_line(line) or self._is_header(line)):
                    self.notes["lines that are no records (names, types, comments)"] += number > 2
                    continue
                made = self._record_of(number, row, line, fitting)
            if made[10] and number == last_number and self.has_header and TOTAL.match(line):
                self.bad -= 1
                self.notes["a line of totals at the end"] += 1
                continue
            self.records += 1
            if plain_raw:
                out.append("\t".join(made))
            else:
                out.append("\t".join([part.translate(ESCAPES) for part in made]))
        copy = "\n".join(out) + "\n" if out else ""
        return Batch(copy, self.records - before, block, self.last, +self.notes)

    def _record_of(self, number: int, row: list[str] | None, line: str, fitting: list[Plan] | None) -> tuple:
        """A record whose plan is not simply given by its width."""
        if fitting and row is not None:
            for plan in fitting:
                if all(meets(row) for _, meets in plan.look):
                    return plan.record(number, row, line)
        if row is None:
            return self._bad(number, line, "a quote that is never closed")
        if not self.is_escaped and (joined := self._joined(row)):
            self.notes["stray quotes in a name"] += 1
            return joined[0].record(number, joined[1], line)
        least, most = min(self.plans), max(self.plans)
        widths = f"{least}" if least == most else f"{least} to {most}"
        return self._bad(number, line, f"{len(row)} column{'s' * (len(row) != 1)} instead of {widths}")

    def _joined(self, row: list[str]) -> tuple[Plan, list[str]] | None:
        """A row with surplus columns, whose name had quotes in it, and the plan that then fits."""
        for width in sorted(self.plans, reverse=True):
            surplus = len(row) - width
            for plan in self.plans[width]:
                if surplus <= 0 or plan.name_place is None:
                    continue
                at = plan.name_place
                whole = [*row[:at], '","'.join(row[at:at + surplus + 1]), *row[at + surplus + 1:]]
                if all(meets(whole) for _, meets in plan.shape):
                    return plan, whole
        return None

    def _widths(self, rows: list) -> None:
        """A file without names: as wide as most of its lines."""
        widths = Counter(len(row) for row in rows if row)
        if widths:
            self._plan_add(self.layouts[0], None, widths.most_common(1)[0][0])

    def _decoded(self, lines: list[bytes], first_line: int) -> list[str]:
        if first_line == 1 and lines and lines[0].startswith(b"\xef\xbb\xbf"):
            lines = [lines[0][3:], *lines[1:]]
            self.notes["byte order mark"] += 1
        data = b"\n".join(lines)
        if b"\0" in data:
            self.notes["lines with NUL"] += sum(b"\0" in line for line in lines)
            data = data.replace(b"\0", b"")
        if b"\r" in data:  # before a line end they are gone already
            data = data.replace(b"\r", b" ")
        try:
            return data.decode(self.encoding).split("\n")
        except UnicodeDecodeError:
            return [self._line_decoded(line) for line in data.split(b"\n")]
        except LookupError as error:
            raise LeissnerError(f"There is no encoding {self.encoding}.") from error

    def _line_decoded(self, line: bytes) -> str:
        try:
            return line.decode(self.encoding)
        except UnicodeDecodeError:
            self.notes[f"lines not in {self.encoding}, read as Latin-1"] += 1
            return line.decode("cp1252", "replace")

    def _rows(self, lines: list[str]) -> list[list[str] | None]:
        """The columns of each physical line; None where a quote is never closed. A record never spans lines."""
        delimiter, quote = self.delimiter, self.quote
        if not self.is_escaped:
            return self._rows_unescaped(lines)
        if quote in ("", "none") or not any(quote[-1] in line for line in lines):
            return [line.split(delimiter) for line in lines]
        options = {"delimiter": delimiter, "quotechar": quote[-1],
                   "skipinitialspace": self.profile["format"] == "generic"}
        if quote.startswith("\\"):
            options |= {"doublequote": False, "escapechar": "\\"}
        try:
            reader = csv.reader(lines, strict=True, **options)  # else a quote open at the end is closed for it
            rows = list(reader)
            if len(rows) == len(lines):
                return rows
        except csv.Error:
            pass
        return [self._row(line, options) for line in lines]

    @staticmethod
    def _row(line: str, options: dict) -> list[str] | None:
        """One line by itself, once some line of the block was found broken."""
        try:
            return next(csv.reader([line], strict=False, **options), []) if line.count(options["quotechar"]) % 2 == 0 \
                else next(csv.reader([line], strict=True, **options), [])
        except csv.Error:
            return None

    def _rows_unescaped(self, lines: list[str]) -> list[list[str] | None]:
        """Values that the template put in quotes, with nothing inside escaped."""
        delimiter, between = self.delimiter, f'"{self.delimiter}"'
        spaced = re.compile(rf'"{re.escape(delimiter)}\s*"')
        rows: list[list[str] | None] = []
        for line in lines:
            line = line.strip()
            if len(line) < 2 or line[0] != '"' or line[-1] != '"':
                rows.append(line.split(delimiter) if '"' not in line else [line])
                continue
            row = line[1:-1].split(between)
            if len(row) not in self.plans:
                row = spaced.split(line[1:-1])
            rows.append(row)
        return rows

    # -- the whole file ------------------------------------------------------------------------------------------

    def verdict(self) -> None:
        """Refuses the file where what was read shows that it is not what the source says."""
        if self.zone_wrong * 2 > self.zone_seen:
            hours = f"{self.zone_example / 3600:+.2f}".rstrip("0").rstrip(".")
            raise WrongFile(
                f"{self.name}: the times are {hours} hours off the epochs in uniqueid, so the time zone of the source "
                f"({self.profile['time_zone']}) is wrong.",
                f"Set time_zone in sources.csv to {self._zone_right()}, import it, and load the file again.")
        if self.unbilled == self.records >= UNBILLED_ALL and not self.goes_on:
            raise WrongFile(
                f"{self.name}: bill_if lets none of {self.records} records through: {self.profile['bill_if']}.",
                "Nothing of it was kept. Correct bill_if in sources.csv, import it, and load the file again.")
        if self.bad > WRONG_MOST and self.bad * WRONG_SHARE > self.records:
            raise WrongFile(f"{self.name}: {self.bad} of {self.records} records cannot be read. Wrong source?",
                            "Nothing of it was kept. Is --source the one that wrote the file, and is its row right?")

    def _zone_right(self) -> str:
        """The zone in which the times agree with the epochs."""
        offset = datetime.fromtimestamp(self.zone_at, ZoneInfo(self.profile["time_zone"])).utcoffset()
        hours = round((offset.total_seconds() + self.zone_example) / 900) / 4
        return f"the zone that was {hours:+g} hours from UTC then" if hours else "UTC"


# -- durations -----------------------------------------------------------------------------------------------------


def _duration_reader(form: str | None, decimal: str):
    """Function of a text: whole units."""
    if form in (None, "seconds"):
        return _seconds_reader(decimal)
    if form == "hh:mm:ss":
        return _clock_time
    if form in ("ms", "us"):
        scale, number = {"ms": 1000, "us": 1_000_000}[form], _seconds_reader(decimal, whole=False)
        return lambda text: _whole(number(text) / scale)
    raise LeissnerError(f"There is no duration format {form}.", "It is seconds, hh:mm:ss or ms; minutes are not exact.")


def _clock_time(text: str) -> int:
    found = CLOCK.fullmatch(text)
    if not found:
        raise Bad(f"units {text[:40]} are not hh:mm:ss")
    minutes, seconds = int(found[3]), int(found[4])
    if seconds > 59 or found[2] is not None and minutes > 59:
        raise Bad(f"units {text[:40]} are not hh:mm:ss")
    total = int(found[2] or 0) * 3600 + minutes * 60 + seconds + (1 if (found[5] or "").strip("0") else 0)
    return -total if found[1] else total


def _seconds_reader(decimal: str, whole: bool = True):
    """Reads a number by the source's decimal mark; the other marks may group thousands, and must then do so."""
    thousands = r"[,\s\u00a0\u202f']" if decimal == "." else r"[.\s\u00a0\u202f']"
    mark = re.escape(decimal)
    plain = re.compile(rf"([+-]?)(\d+|\d{{1,3}}(?:{thousands}\d{{3}})+)(?:{mark}(\d*))?", re.A)

    def read(text: str):
        found = plain.fullmatch(text)
        if not found or len(text) > 30:
            raise Bad(f"units {text[:40]} are not a number")
        try:
            value = Decimal(f"{found[1]}{re.sub(thousands, '', found[2])}.{found[3] or 0}")
        except InvalidOperation:
            raise Bad(f"units {text[:40]} are not a number") from None
        return _whole(value) if whole else value
    return read


def _whole(value: Decimal) -> int:
    """Fractions up; a negative one stays negative."""
    return int(value.to_integral_value("ROUND_FLOOR" if value < 0 else "ROUND_CEILING"))
