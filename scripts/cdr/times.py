"""Local texts to instants, in epoch seconds: what zone and clock changes make of them.

A million lines have a few thousand hours between them: each hour is converted once, by the calendar, and minutes and
seconds are added from a table.
"""

import datetime as dt
import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leissner.scripts.errors import LeissnerError

UTC = dt.UTC
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)
SECOND = dt.timedelta(seconds=1)
REST = {f"{i // 60:02}:{i % 60:02}": i for i in range(3600)}  # minutes and seconds
FIRST, LAST = -2208988800, 253402300799  # 1900 to 9999
OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d\d)?", re.A)
ISO = re.compile(r"\d{4}-?\d\d-?\d\d[T ]\d\d:?\d\d", re.A)
FULL = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:Z|[+-]\d\d:?\d\d)?", re.A)
PARTS = {"YYYY": r"(?P<year>\d{4})", "YY": r"(?P<year>\d\d)", "DD": r"(?P<day>\d\d?)", "HH": r"(?P<hour>\d\d?)",
         "SS": r"(?P<second>\d\d)", "MON": r"(?P<month>\d\d?)", "MIN": r"(?P<minute>\d\d)"}
EPOCHS = {"epoch": 1, "epoch_ms": 1000, "epoch_us": 1_000_000}


class Unreadable(ValueError):
    """Not a time of this format."""


def zone_of(name: str) -> dt.tzinfo:
    """An IANA zone, or a fixed offset like +02:00."""
    if found := OFFSET.fullmatch(name):
        sign = -1 if found[1] == "-" else 1
        return dt.timezone(sign * dt.timedelta(hours=int(found[2]), minutes=int(found[3] or 0)))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise LeissnerError(f"There is no time zone {name}.", "Use an IANA name like Europe/Stockholm, or +01:00.") \
            from error


class Clock:
    """Times of one source. `read(text)` gives epoch seconds; or None where it is empty or zero: it never happened.
    `doubled` has the minutes (texts less their last two characters) that the clock shows twice, with the seconds
    between the two; `missing` those that it never shows."""

    def __init__(self, zone: str, time_format: str | None):
        self.zone = zone_of(zone)
        self.known: dict[str, int] = {}
        self.doubled: dict[str, int] = {}
        self.missing: set[str] = set()
        self.readers = {name: self._epoch_reader(scale) for name, scale in EPOCHS.items()}
        self.read = self.reader(time_format)

    def reader(self, time_format: str | None):
        """The function that reads texts of a format; None: ISO 8601."""
        if time_format in (None, "", "ISO 8601"):
            return self.read_iso
        if time_format in self.readers:
            return self.readers[time_format]
        return self._pattern_reader(time_format)

    def read_iso(self, text: str) -> int | None:
        """YYYY-MM-DD HH:MM:SS, with or without an offset, quickly; everything else of ISO 8601 by the library."""
        hour = self.known.get(text[:14] + text[19:])
        if hour is not None and (rest := REST.get(text[14:19])) is not None:
            return hour + rest
        return self._read_iso_slowly(text)

    def _read_iso_slowly(self, text: str) -> int | None:
        clean = text.strip()
        if not clean or clean.startswith("0000-00-00") or clean == "0":
            return None
        if not ISO.match(clean):
            raise Unreadable
        try:
            moment = dt.datetime.fromisoformat(clean)
        except ValueError:
            raise Unreadable from None
        epoch = self.instant(moment, clean)
        if FULL.fullmatch(text) and self._is_even(moment):
            self.known[text[:14] + text[19:]] = epoch - REST[text[14:19]]
        return epoch

    def _is_even(self, moment: dt.datetime) -> bool:
        """Has the hour around this moment one offset from beginning to end?"""
        if moment.tzinfo is not None:
            return True
        hour = moment.replace(minute=0, second=0, microsecond=0, tzinfo=self.zone)
        ends = hour, hour.replace(minute=59, second=59)
        return len({end.replace(fold=fold).utcoffset() for end in ends for fold in (0, 1)}) == 1

    def instant(self, moment: dt.datetime, text: str) -> int:
        """Cut to whole seconds. Where the clock shows it twice, the first pass; where never, shifted forward."""
        if moment.tzinfo is None:
            whole = moment.replace(microsecond=0, tzinfo=self.zone)
            first, second = whole.utcoffset(), whole.replace(fold=1).utcoffset()
            epoch = (whole.replace(tzinfo=UTC) - EPOCH) // SECOND - first // SECOND
            if first > second:
                self.doubled[text[:-2]] = (first - second) // SECOND
            elif first < second:
                self.missing.add(text[:-2])
        else:
            epoch = (moment - EPOCH) // SECOND
        if not FIRST <= epoch <= LAST:
            raise Unreadable
        return epoch

    def _epoch_reader(self, scale: int):
        def read(text: str) -> int | None:
            if text.isdigit() and text.isascii():
                epoch = int(text) // scale
                if epoch > LAST:
                    raise Unreadable
                return epoch or None
            text = text.strip()
            if not text:
                return None
            if re.fullmatch(r"\d+(\.\d*)?", text, re.A):
                return read(text.split(".")[0])
            raise Unreadable
        return read

    def _pattern_reader(self, time_format: str):
        # MM is a month where the day or year is near, minutes behind the hour.
        spelled = re.sub(r"(?<=HH)(\W?)MM", r"\1MIN", time_format.strip()).replace("MM", "MON")
        spelled = re.sub(r"(?i)\bAM\b|\bPM\b", "", spelled)
        pattern = re.escape(spelled).replace(r"\ ", " ")
        for name in ("YYYY", "YY", "DD", "HH", "SS", "MON", "MIN"):
            if name == "YY" and "(?P<year>" in pattern:
                continue
            pattern = pattern.replace(name, PARTS[name], 1)
        named = set(re.findall(r"\(\?P<(\w+)>", pattern))
        if not named >= {"year", "month", "day", "hour", "minute", "second"}:
            raise LeissnerError(f"The time format {time_format} does not give a second.",
                                "Use YYYY, MM, DD, HH, MM and SS, or epoch, epoch_ms, epoch_us.")
        if pattern.count("YYYY") or re.search(r"(?<!\\)[A-Z]{2,}", re.sub(r"\(\?P<\w+>|T", "", pattern)):
            raise LeissnerError(f"The time format {time_format} has parts that are not known.")
        # A fraction is cut, an offset is obeyed.
        full = re.compile(pattern + r"(?:[.,]\d+)?(?P<offset>Z|[+-]\d\d:?\d\d)?", re.A)
        known: dict[str, int] = {}
        is_quick = time_format.endswith("MM:SS")

        def read(text: str) -> int | None:
            if is_quick:
                hour, rest = known.get(text[:-5]), REST.get(text[-5:])
                if hour is not None and rest is not None:
                    return hour + rest
            clean = text.strip()
            if not clean:
                return None
            found = full.fullmatch(clean)
            if not found:
                raise Unreadable
            part = {name: int(value) for name, value in found.groupdict().items() if name != "offset" and value}
            if part["year"] < 100:
                part["year"] += 2000
            try:
                moment = dt.datetime(**part)
                if offset := found["offset"]:
                    moment = moment.replace(tzinfo=UTC if offset == "Z" else zone_of(offset))
            except ValueError:
                raise Unreadable from None
            epoch = self.instant(moment, clean)
            if is_quick and text[-5:] in REST and moment.tzinfo is None and self._is_even(moment):
                known[text[:-5]] = epoch - REST[text[-5:]]
            return epoch
        return read

    def moment(self, text: str) -> dt.datetime:
        """An instant as the database takes it."""
        if (epoch := self.read(text)) is None:
            raise Unreadable
        return dt.datetime.fromtimestamp(epoch, UTC)
