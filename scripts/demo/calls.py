"""Three months of calls of the demo operator, and the same calls as the files that real switches write.

`Traffic` decides who calls whom, when and for how long; the writers below it put a source's calls into its format,
month by month, with the dirt that such files have. The same seed, day and operator give the same bytes.
"""

import datetime as dt
import gzip
import math
import os
from bisect import bisect_left
from collections import Counter, namedtuple
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from leissner.scripts.demo.operator import DATA_NUMBER, read_data

STOCKHOLM, OSLO, UTC = ZoneInfo("Europe/Stockholm"), ZoneInfo("Europe/Oslo"), ZoneInfo("UTC")

# kind: out, forwarded, sms, data, unanswered, internal, incoming. b is E.164 digits, a short code or an extension.
Call = namedtuple("Call", "start ring seconds caller b kind domestic")

BILLABLE = ("out", "forwarded", "sms", "data")

BUSINESS = [0, 0, 0, 0, 0, 0.1, 0.4, 2, 7, 10, 11, 10, 6, 10, 10, 9, 7, 3, 1, 0.6, 0.4, 0.3, 0.2, 0.1]
PRIVATE = [0.3, 0.1, 0.1, 0.05, 0.05, 0.2, 0.5, 1, 1.5, 2, 2.5, 2.5, 3, 2.5, 2.5, 3, 4, 5, 6, 7, 7, 5, 2.5, 0.8]
BUSINESS_DAYS = [1.1, 1.1, 1.0, 1.0, 0.9, 0.08, 0.05]
PRIVATE_DAYS = [1.0, 1.0, 1.0, 1.0, 1.1, 1.2, 1.25]

# Where Nordic customers call abroad; everything else in the world shares what is left.
ABROAD = {"NO": 18, "FI": 13, "DK": 12, "DE": 11, "GB": 9, "US": 7, "PL": 7, "ES": 5, "TH": 2.5, "TR": 2.5, "IQ": 2,
          "SO": 1.5, "SY": 1.2, "FR": 3, "NL": 3, "IT": 2, "BA": 1, "IR": 1, "EE": 2, "LV": 1, "IN": 1, "CN": 1,
          "CU": 0.15}
# Share of each kind of destination by the caller's profile.
HABITS = {
    "business": {"fixed": 42, "mobile": 36, "own": 9, "abroad": 9, "free": 2, "shared": 1, "premium": 0.4,
                 "short": 0.6},
    "public": {"fixed": 50, "mobile": 36, "own": 11, "abroad": 1.5, "free": 1, "shared": 0.5, "premium": 0.05,
               "short": 0.4},
    "private": {"fixed": 38, "mobile": 40, "own": 8, "abroad": 8, "free": 2, "shared": 2, "premium": 0.6,
                "short": 1.4},
    "mobile": {"fixed": 18, "mobile": 62, "own": 10, "abroad": 6, "free": 1.5, "shared": 1, "premium": 0.5,
               "short": 1},
    "norwegian": {"fixed": 28, "mobile": 44, "own": 2, "abroad": 25, "short": 0.4, "premium": 0.3},
    "wholesale": {"abroad": 30, "world": 55, "fixed": 8, "mobile": 7},
}
MOBILE_SERIES = {"SE": ["4670", "4672", "4673", "4676", "4679"], "NO": ["474", "479"], "DK": ["4526", "4540"],
                 "FI": ["35840", "35850"], "DE": ["49151", "49171"]}
FIXED_SERIES = {"NO": ["4722", "4755", "4773"], "DK": ["4533", "4586"], "FI": ["3589", "3586"], "DE": ["4930", "4989"]}
LENGTH = {"46": 11, "47": 10, "45": 10, "1": 11, "7": 11, "358": 12, "49": 12, "44": 12, "33": 11, "34": 11, "48": 11}
SHARES = {"pbx-umea": 0.34, "sip-stockholm": 0.24, "cucm-oslo": 0.16, "mobil": 0.26}


class Traffic:
    """Draws calls; `of(source, count)` gives that many billable ones and the rest that comes with them, in order."""

    def __init__(self, seed, operator, since=None, until=None):
        """since, until: datetimes with zone, whole hours; without them the three months before the operator's day."""
        self.rng = Random(f"{seed}/calls")
        self.operator = operator
        self.digits = {n: [f"{i:0{n}}" for i in range(10 ** n)] for n in (1, 2, 3)}
        self.slots = self.hours(since or dt.datetime.combine(operator.first, dt.time(), STOCKHOLM),
                                until or dt.datetime.combine(operator.today, dt.time(), STOCKHOLM))
        self.numbers = [c.number for c in operator.callers if c.number.startswith(("46", "47")) and not c.account]
        by_country = {}
        for prefix, code in operator.prefixes.items():
            country, kind, _ = operator.destinations.get(code, ("SE", "", None))
            if country not in ("SE", "NO", "XX") and not prefix.endswith("$"):
                by_country.setdefault(country, []).append((prefix, kind))
        self.world = [prefix for prefixes in by_country.values() for prefix, _ in prefixes]
        self.world += [prefix for prefix in operator.prefixes if prefix in ("870", "8816", "882", "881")]
        self.countries, weights = list(ABROAD), list(ABROAD.values())
        self.country_weights = list(accumulate(weights))
        by_country["NO"] = [("4722", "fixed"), ("4755", "fixed"), ("479", "mobile"), ("474", "mobile")]
        self.by_country = {}
        for country, prefixes in by_country.items():
            fixed = [prefix for prefix, kind in prefixes if kind == "fixed"] or [prefixes[0][0]]
            mobile = [prefix for prefix, kind in prefixes if kind == "mobile"] or fixed
            special = [prefix for prefix, kind in prefixes if kind == "special"] or fixed
            self.by_country[country] = (fixed, mobile, special)
        self.habits = {profile: (list(habits), list(accumulate(habits.values()))) for profile, habits in HABITS.items()}

    def hours(self, since, until):
        """(start of the hour in epoch seconds, …) with running weights, for business and for private life."""
        holidays = {row["date"] for row in self.operator.files["holidays"] if row["calendar"] == "SE"}
        epochs = list(range(int(since.timestamp()), int(until.timestamp()), 3600))
        business, private = [], []
        for epoch in epochs:
            moment = dt.datetime.fromtimestamp(epoch, STOCKHOLM)
            day, rest = moment.weekday(), moment.date() in holidays
            business.append(BUSINESS[moment.hour] * (0.06 if rest else BUSINESS_DAYS[day]))
            private.append(PRIVATE[moment.hour] * (1.2 if rest else PRIVATE_DAYS[day]))
        self.epochs = epochs
        return {"business": list(accumulate(business)), "private": list(accumulate(private))}

    def fill(self, prefix, length=0):
        """A whole number that begins with the prefix."""
        if not length:
            length = LENGTH.get(prefix[:2]) or LENGTH.get(prefix[:3]) or LENGTH.get(prefix[:1]) or 11
        missing = max(length, len(prefix) + 4) - len(prefix)
        return prefix + str(self.rng.randrange(10 ** missing)).zfill(missing)

    def called(self, caller):
        """(number, is it domestic) that this caller would call."""
        rng, country = self.rng, caller.country
        kinds, weights = self.habits[caller.profile]
        kind = kinds[bisect_left(weights, rng.random() * weights[-1])]
        if kind == "mobile":
            return self.fill(rng.choice(MOBILE_SERIES[country])), True
        if kind == "own":
            return rng.choice(self.numbers), True
        if kind == "fixed":
            if country != "SE":
                return self.fill(rng.choice(FIXED_SERIES[country])), True
            away = rng.choice(("468", "468", "4631", "4640", "4618", "4690", "46920", "4663"))
            area = caller.area if rng.random() < 0.5 else away
            return self.fill(area + str(rng.randrange(2, 7)), 11), True
        if kind == "abroad":
            there = self.countries[bisect_left(self.country_weights, rng.random() * self.country_weights[-1])]
            if there == country or rng.random() < 0.08:
                return self.fill(rng.choice(self.world)), False
            fixed, mobile, special = self.by_country[there]
            pick = rng.random()
            return self.fill(rng.choice(fixed if pick < 0.45 else mobile if pick < 0.996 else special)), False
        if kind == "world":
            return self.fill(rng.choice(self.world)), False
        if kind == "premium":
            return (self.fill("46939", 11) if country == "SE" else self.fill("47829", 10)), True
        if kind == "free":
            return self.fill("4620", 10), True
        if kind == "shared":
            return self.fill("46771", 11), True
        return (rng.choice(("112", "1177", "11414", "118118")) if country == "SE" else rng.choice(("110", "113"))), True

    def moment(self, profile):
        weights = self.slots["private" if profile in ("private", "mobile") else "business"]
        return self.epochs[bisect_left(weights, self.rng.random() * weights[-1])] + self.rng.randrange(3600)

    def seconds(self, profile):
        mean, spread = (math.log(140), 1.2) if profile in ("private", "mobile") else (math.log(85), 1.1)
        return min(1 + int(self.rng.lognormvariate(mean, spread)), 10000)

    def of(self, source, count):
        rng = self.rng
        callers = [caller for caller in self.operator.callers if caller.source == source]
        weights = list(accumulate(caller.weight for caller in callers))
        zone = {"cucm-oslo": OSLO}.get(source, STOCKHOLM)
        since = {day: dt.datetime.combine(day, dt.time(), zone).timestamp() for caller in callers
                 for day in (caller.from_on, caller.to_on) if day}
        forwards = 0.03 if source in ("cucm-oslo", "mobil") else 0
        calls, billable = [], 0
        while billable < count:
            caller = callers[bisect_left(weights, rng.random() * weights[-1])]
            start = self.moment(caller.profile)
            if start < since[caller.from_on]:
                continue
            ring, pick = rng.randrange(2, 22), rng.random()
            if source == "mobil" and caller.profile == "mobile" and pick < 0.5:
                billable += 1
                if pick < 0.28:
                    number, domestic = self.called(caller) if pick < 0.05 else (self.fill("4670"), True)
                    calls.append(Call(start, 0, 1, caller, number, "sms", domestic))
                else:
                    calls.append(Call(start, 0, int(rng.lognormvariate(15.4, 1.6)), caller, DATA_NUMBER, "data", True))
                continue
            number, domestic = self.called(caller)
            side = rng.random()
            if side < 0.11:
                calls.append(Call(start, ring, 0, caller, number, "unanswered", domestic))
            elif side < 0.19 and source != "mobil":
                is_internal = side < 0.14
                number = f"{rng.randrange(2000, 3000)}" if is_internal else self.fill("4670")
                calls.append(Call(start, ring, self.seconds(caller.profile), caller, number,
                                  "internal" if is_internal else "incoming", True))
            else:
                billable += 1
                kind = "forwarded" if rng.random() < forwards and caller.profile != "wholesale" else "out"
                calls.append(Call(start, ring, self.seconds(caller.profile), caller, number, kind, domestic))
        calls.sort(key=lambda call: call.start)
        return calls


class Stamps:
    """Epoch seconds as local text, quickly: the hour is looked up, minutes and seconds come from a table."""

    TAIL = [f"{i // 60:02}:{i % 60:02}" for i in range(3600)]

    def __init__(self, zone, form="%Y-%m-%d %H:"):
        self.zone, self.form, self.known = zone, form, {}

    def __call__(self, epoch):
        hour, rest = divmod(epoch, 3600)
        head = self.known.get(hour)
        if head is None:
            head = self.known[hour] = dt.datetime.fromtimestamp(hour * 3600, self.zone).strftime(self.form)
        return head + self.TAIL[rest]

    def month(self, epoch):
        return dt.datetime.fromtimestamp(epoch, self.zone).strftime("%Y-%m")


def dialled(number, rng, home="46"):
    """A number as people and switches write it."""
    if len(number) < 7:
        return number
    pick = rng.random()
    if number.startswith(home) and home == "46":
        return f"0{number[2:]}" if pick < 0.7 else f"+{number}" if pick < 0.9 else f"00{number}"
    if number.startswith(home) and len(number) == 10:
        return number[2:] if pick < 0.5 else f"+{number}"
    return f"00{number}" if pick < 0.6 else f"+{number}"


def trunk(call, rng):
    """The way out that least-cost routing would take, as far as the demo's operator gets it right."""
    if call.b.startswith("45"):
        return "sund"
    if call.domestic:
        return "nordlink" if rng.random() < 0.8 else "terra"
    pick = rng.random()
    return "terra" if pick < 0.6 else "atlant" if pick < 0.997 else "nordlink"


# -- the four formats: each gives (epoch, line) for its calls ----------------------------------------------------------


def asterisk(calls, rng):
    """Master.csv with 18 columns and the switch's local time."""
    stamp, serial = Stamps(STOCKHOLM), 100
    for call in calls:
        caller, start = call.caller, call.start
        answer = start + call.ring
        serial += 2
        own = caller.extension or (caller.number if caller.number == "anonymous" else dialled(caller.number, rng))
        device, b = f"PJSIP/{caller.extension or caller.number[-4:]}-{serial:08x}", dialled(call.b, rng)
        route = trunk(call, rng)
        route = f"atlant-{rng.choice(('sto', 'got'))}" if route == "atlant" else route
        there, context, channel, source, dialler = f"PJSIP/{route}-{serial + 1:08x}", "from-internal", device, own, b
        if call.kind == "internal":
            there, dialler = f"PJSIP/{call.b}-{serial + 1:08x}", call.b
        elif call.kind == "incoming":
            there, context, channel = f"{device}", "from-trunk", f"PJSIP/{route}-{serial + 1:08x}"
            source, dialler = f"0{call.b[2:]}", caller.number
        name = "Växel" if caller.profile == "public" else "Reception" if serial % 7 == 0 else ""
        clid = f'""{name}"" <{source}>' if name else source
        if call.kind == "unanswered":
            times = f'"{stamp(start)}",,"{stamp(answer)}",{call.ring},0'
            end = rng.choice(("NO ANSWER", "NO ANSWER", "BUSY", "FAILED"))
        else:
            last = answer + call.seconds
            times = f'"{stamp(start)}","{stamp(answer)}","{stamp(last)}",{last - start},{call.seconds}'
            end = "ANSWERED"
        yield start, (f'"{caller.account}","{source}","{dialler}","{context}","{clid}","{channel}","{there}","Dial",'
                      f'"{there.rsplit("-", 1)[0]}/{dialler},60",{times},"{end}","DOCUMENTATION","{start}.{serial}",""')


def uuid(rng):
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def freeswitch(calls, rng):
    """Master.csv of the template `example`: local stamps, everything quoted, nothing escaped."""
    stamp = Stamps(STOCKHOLM)
    for call in calls:
        caller, start = call.caller, call.start
        answer, b = start + call.ring, dialled(call.b, rng)
        own, context = caller.number, "default"
        if call.kind == "internal":
            context = "internal"
        elif call.kind == "incoming":
            own, b, context = f"0{call.b[2:]}", caller.number, "public"
        elif rng.random() < 0.004:
            b = f"#31#{b}"  # hides the caller's number
        answered = call.kind != "unanswered"
        last = answer + call.seconds
        cause = "NORMAL_CLEARING" if answered else rng.choice(("NO_ANSWER", "USER_BUSY", "ORIGINATOR_CANCEL"))
        name = "Kontoret" if caller.profile == "business" else ""
        yield start, (f'"{name}","{own}","{b}","{context}","{stamp(start)}","{stamp(answer) if answered else ""}",'
                      f'"{stamp(last)}","{last - start}","{call.seconds}","{cause}","{uuid(rng)}",'
                      f'"{uuid(rng) if answered else ""}","{caller.account}","PCMA","PCMA"')


class Cucm:
    """CUCM's flat file: a line of names, a line of types, then one record per leg with 133 columns."""

    def __init__(self):
        columns = read_data("cucm_columns.csv")
        self.head = ",".join(f'"{c["name"]}"' for c in columns) + "\n" + ",".join(c["type"] for c in columns)
        filled = ("cdrRecordType globalCallID_callManagerId globalCallID_callId origLegCallIdentifier "
                  "dateTimeOrigination callingPartyNumber origCause_value destLegIdentifier originalCalledPartyNumber "
                  "finalCalledPartyNumber destCause_value dateTimeConnect dateTimeDisconnect lastRedirectDn pkid "
                  "duration origDeviceName destDeviceName lastRedirectRedirectOnBehalfOf "
                  "origCalledPartyRedirectReason lastRedirectRedirectReason globalCallId_ClusterID "
                  "outpulsedCallingPartyNumber outpulsedCalledPartyNumber").split()
        parts = []
        for column in columns:
            text = not column["type"].startswith("INTEGER")
            value = f"%({column['name']})s" if column["name"] in filled else "" if text else "0"
            parts.append(f'"{value}"' if text else value)
        self.template = ",".join(parts)
        self.blank = dict.fromkeys(filled, "") | {
            "cdrRecordType": 1, "globalCallID_callManagerId": 2, "lastRedirectRedirectOnBehalfOf": 0,
            "origCalledPartyRedirectReason": 0, "lastRedirectRedirectReason": 0, "destCause_value": 0,
            "globalCallId_ClusterID": "OsloCluster"}

    def record(self, **values):
        return self.template % (self.blank | values)

    def __call__(self, calls, rng):
        number = 25000
        for call in calls:
            caller, start, number = call.caller, call.start, number + 1
            own = caller.extension or f"+{caller.number}"
            b = dialled(call.b, rng, "47")
            phone = f"SEP{rng.getrandbits(48):012X}"
            way = "TRK-ATLANT" if not call.domestic and rng.random() < 0.5 else f"TRK-FJORD-{rng.randrange(1, 3):02}"
            answered = call.kind != "unanswered"
            connect = start + call.ring if answered else 0
            values = {
                "globalCallID_callId": number, "origLegCallIdentifier": 2 * number, "destLegIdentifier": 2 * number + 1,
                "dateTimeOrigination": start, "dateTimeConnect": connect, "pkid": uuid(rng), "duration": call.seconds,
                "dateTimeDisconnect": start + call.ring + call.seconds, "origCause_value": 16 if answered else 0,
                "destCause_value": 0 if answered else 19, "callingPartyNumber": own, "origDeviceName": phone,
                "originalCalledPartyNumber": f"0{b}", "finalCalledPartyNumber": f"0{b}", "destDeviceName": way,
                "lastRedirectDn": f"0{b}", "outpulsedCalledPartyNumber": b, "outpulsedCallingPartyNumber": own}
            reached = ("originalCalledPartyNumber", "finalCalledPartyNumber", "lastRedirectDn")
            if call.kind == "internal":
                values |= dict.fromkeys(reached, call.b)
                values |= {"destDeviceName": f"SEP{rng.getrandbits(48):012X}", "outpulsedCalledPartyNumber": "",
                           "outpulsedCallingPartyNumber": ""}
            elif call.kind == "incoming":
                values |= dict.fromkeys(reached, own)
                values |= {"callingPartyNumber": f"+{call.b}", "origDeviceName": way, "destDeviceName": phone,
                           "outpulsedCalledPartyNumber": "", "outpulsedCallingPartyNumber": ""}
            elif call.kind == "forwarded":
                # A stranger called our subscriber, who had forwarded to b: the subscriber pays for the way on.
                stranger = f"+47{rng.choice('49')}{rng.randrange(10 ** 7):07}"
                values |= {"callingPartyNumber": stranger, "origDeviceName": "TRK-FJORD-01", "lastRedirectDn": own,
                           "originalCalledPartyNumber": own, "lastRedirectRedirectOnBehalfOf": 5,
                           "lastRedirectRedirectReason": 15, "origCalledPartyRedirectReason": 15}
            yield start, self.record(**values)

    def recording(self, call, rng):
        """A recording leg that starts inside a call: to be left out."""
        return self.record(globalCallID_callId=99, origLegCallIdentifier=1, destLegIdentifier=2, duration=0,
                           dateTimeOrigination=call.start + 30, dateTimeConnect=0, dateTimeDisconnect=call.start + 30,
                           callingPartyNumber=f"b00{rng.randrange(10 ** 12):012}", pkid=uuid(rng), origCause_value=0,
                           originalCalledPartyNumber="4990", finalCalledPartyNumber="4990",
                           lastRedirectRedirectOnBehalfOf=27, origCalledPartyRedirectReason=354,
                           lastRedirectRedirectReason=354, origDeviceName="SEP00AA00BB00CC")


def generic(calls, rng, first=700001):
    """A partner's export: semicolons, decimal commas, UTC, day first, Latin-1 with Swedish column names; records are
    numbered from `first`."""
    stamp = Stamps(UTC, "%d.%m.%Y %H:")
    for i, call in enumerate(calls, first):
        caller, units = call.caller, str(call.seconds)
        mode = {"sms": "sms", "data": "data", "forwarded": "forwarded"}.get(call.kind, "voice")
        if mode == "voice" and call.seconds > 1 and i % 3 == 0:
            units = f"{call.seconds - 1},{rng.randrange(1, 10)}"
        own = caller.number or f"46{rng.choice('78')}{rng.randrange(10 ** 8):08}"
        if call.b.startswith("45"):
            way = "sund"
        elif mode == "sms" and i % 4 == 0:
            way = "egen"
        else:
            way = "terra" if call.domestic or rng.random() < (0.97 if caller.account else 0.6) else "atlant"
        status = "OK" if call.kind != "unanswered" else rng.choice(("AVBRUTEN", "UPPTAGET"))
        b = call.b if len(call.b) < 7 else f"+{call.b}"
        start = stamp(call.start + call.ring)
        yield call.start, f"V{i};{start};{units};+{own};{b};{mode};{way};{caller.account};{status}"


GENERIC_HEAD = "Post;Början;Mängd;Från;Till;Slag;Väg;Konto;Status"


def plain(calls):
    """The plain form of IMPORT.md, for the benchmark."""
    stamp = Stamps(UTC, "%Y-%m-%dT%H:")
    for i, call in enumerate(calls):
        mode = call.kind if call.kind in ("sms", "data", "forwarded") else "voice"
        yield (f"b{i},{stamp(call.start + call.ring)}Z,{call.seconds},{call.caller.number},{call.b},{mode},"
               f"{'terra' if i % 3 else 'atlant'},{call.caller.account}")


# -- dirt and files ----------------------------------------------------------------------------------------------------


def clock_changes(today):
    """Epoch of the last change back to winter time before the day: 01:00 UTC on the last Sunday of October."""
    for year in (today.year, today.year - 1):
        day = dt.date(year, 10, 31)
        day -= dt.timedelta(days=(day.weekday() + 1) % 7)
        if day < today:
            return int(dt.datetime(year, 10, day.day, 1, tzinfo=dt.UTC).timestamp())
    raise ValueError("no clock change in two years")


def write_calls(folder, operator, seed, count=60000):
    """Writes the files of all sources below `folder`; returns a call worth explaining (source:key) and how many of
    which kind of dirt the files hold."""
    files = Files(Path(folder), Random(f"{seed}/dirt"), operator, Traffic(seed, operator))
    for source, share in SHARES.items():
        getattr(files, source.replace("-", "_"))(round(count * share))
    return files.worth_explaining, dict(files.dirt)


class Files:
    """The files of each source, with what goes wrong in them counted by kind in `dirt`."""

    def __init__(self, folder, rng, operator, traffic):
        self.folder, self.rng, self.operator, self.traffic = folder, rng, operator, traffic
        # When the switches wrote them: a file of this very minute could still grow, and its last line be half.
        self.written = dt.datetime.combine(operator.today, dt.time(), STOCKHOLM).timestamp()
        self.dirt = Counter()

    def spoil(self, lines, kind, change, times):
        """Adds spoiled copies of lines with their time: change(line) → another record or half of one."""
        for epoch, line in self.rng.sample(lines, times):
            lines.append((epoch, change(line)))
            self.dirt[kind] += 1

    def repeat(self, lines, is_billable):
        """Writes some records twice, as a restarted collector does."""
        again = self.rng.sample([line for line in lines if is_billable(line[1])], max(3, len(lines) // 1000))
        self.dirt["duplicate"] += len(again)
        lines += again

    def by_month(self, lines, zone):
        """Month → its lines in order of time; what is older than the first month came late and stands in the first."""
        lines.sort(key=lambda line: line[0])
        stamps, months = Stamps(zone), {}
        first = self.operator.first.strftime("%Y-%m")
        known = {}
        for epoch, line in lines:
            key = epoch // 3600
            if key not in known:
                known[key] = max(stamps.month(epoch), first)
            months.setdefault(known[key], []).append(line)
        return months

    def put(self, source, name, lines, *, newline="\n", encoding="utf-8", head="", end=True):
        folder = self.folder / source
        folder.mkdir(parents=True, exist_ok=True)
        text = newline.join([head, *lines] if head else lines) + (newline if end else "")
        data = text.encode(encoding)
        if name.endswith(".gz"):
            data = gzip.compress(data, mtime=0)
        (folder / name).write_bytes(data)
        os.utime(folder / name, (self.written, self.written))

    def count_kinds(self, calls):
        self.dirt.update(call.kind for call in calls if call.kind not in ("out", "sms", "data"))

    def some(self, calls, kind="out", **conditions):
        """One call of the kind, of a long-standing caller with a number."""
        while True:
            call = self.rng.choice(calls)
            if (call.kind == kind and not call.caller.account and call.caller.from_on < self.operator.first
                    and call.caller.number != self.operator.forgotten):
                return call._replace(**conditions)

    @staticmethod
    def answered_out(line):
        """Is this line of Master.csv a call that the source's condition lets through?"""
        return '"from-internal"' in line and '"ANSWERED"' in line and '"Dial","PJSIP/2' not in line

    def pbx_umea(self, count):
        rng, calls = self.rng, self.traffic.of("pbx-umea", count)
        self.count_kinds(calls)
        change = clock_changes(self.operator.today)
        lost = self.some(calls)
        odd = {
            # 02:30 comes twice that night; the third call is cut off by the clock, not by the caller.
            "clock_change": [lost._replace(start=change - 1800, seconds=60, ring=10),
                             lost._replace(start=change + 1800, seconds=60, ring=10),
                             lost._replace(start=change - 605, seconds=1500, ring=5)],
            "overlong": [self.some(calls, seconds=10800), self.some(calls, seconds=111600)],
            "no_destination": [self.some(calls, b=f"999{i}55512{i}", domestic=False) for i in range(9)],
            "no_subscriber": [self.some(calls, caller=lost.caller._replace(number="anonymous", extension=""))
                              for _ in range(12)],
        }
        for kind, more in odd.items():
            calls += more
            self.dirt[kind] += len(more)
        calls.sort(key=lambda call: call.start)
        lines = list(asterisk(calls, rng))
        clean = len(lines)
        self.spoil(lines, "broken_quote", lambda line: line.replace('","from-', ',"from-', 1), 2)
        self.spoil(lines, "cut_line", lambda line: line[:rng.randrange(40, 90)], 2)
        lines, spoiled = lines[:clean], lines[clean:]
        self.repeat(lines, self.answered_out)
        months = self.by_month(lines + spoiled, STOCKHOLM)
        names = sorted(months)
        for month, after in pairwise(names):
            # The file was copied and then truncated: its last lines stand in the next one too.
            months[after] = months[month][-15:] + months[after]
            billable = sum(map(self.answered_out, months[month][-15:]))
            self.dirt["duplicate"] += billable
            self.dirt["zero_again"] += 15 - billable
        for i, month in enumerate(names):
            name = "Master.csv" if month == names[-1] else f"Master-{month}.csv{'.gz' if i == 0 else ''}"
            self.put("pbx-umea", name, months[month])

    def sip_stockholm(self, count):
        rng, calls = self.rng, self.traffic.of("sip-stockholm", count)
        self.count_kinds(calls)
        self.dirt["no_subscriber"] += sum(1 for call in calls if call.caller.number == self.operator.forgotten
                                          and call.kind == "out")
        strangers = [call._replace(caller=call.caller._replace(number=f"46877{rng.randrange(10 ** 6):06}"))
                     for call in (self.some(calls) for _ in range(10))]
        self.dirt["no_subscriber"] += len(strangers)
        late = self.some(calls)
        calls += strangers
        # The clock of a replaced machine stood in the far future until someone noticed.
        future = int(dt.datetime(self.operator.today.year + 10, 1, 1, 12, tzinfo=dt.UTC).timestamp())
        wrong_clock = [late._replace(start=future + i * 400) for i in range(3)]
        self.dirt["future_start"] += len(wrong_clock)
        calls.sort(key=lambda call: call.start)
        lines = list(freeswitch(calls, rng))
        showcase = {number[:-1] for number in self.operator.showcase}
        self.worth_explaining = next((
            "sip-stockholm:" + line.split('","')[10] for call, (_, line) in zip(calls, lines, strict=True)
            if call.kind == "out" and not call.domestic and call.seconds > 200 and call.caller.number[:-1] in showcase),
            None)
        wrong = [(late.start, line) for _, line in freeswitch(wrong_clock, rng)]
        clean = len(lines)
        answered = [line for line in lines if "NORMAL_CLEARING" in line[1] and '"default"' in line[1]]

        def negative(line):
            parts = line.split('","')
            parts[7] = parts[8] = "-1790000000"
            return self.new_uuid('","'.join(parts))
        for _ in range(2):
            epoch, line = rng.choice(answered)
            wrong.append((epoch, negative(line)))
            self.dirt["bad_duration"] += 1
        for _ in range(4):
            # A quote and a comma in a name, unescaped: the columns can still be told from the right.
            epoch, line = rng.choice(answered)
            wrong.append((epoch, self.new_uuid('"Anna "A", B"' + line[line.index(","):])))
            self.dirt["quote_in_name"] += 1
        self.spoil(lines, "cut_line", lambda line: line[:rng.randrange(30, 100)], 2)
        spoiled, lines = lines[clean:], lines[:clean]
        self.repeat(lines, lambda line: "NORMAL_CLEARING" in line and '"default"' in line)
        months = self.by_month(lines + spoiled + wrong, STOCKHOLM)
        names = sorted(months)
        for month, after in zip(names, [*names[1:], ""], strict=True):
            name = f"Master.csv.{after}-01-00-00-01" if after else "Master.csv"
            self.put("sip-stockholm", name, months[month])

    def new_uuid(self, line):
        head, tail = line.split('","NORMAL_CLEARING","', 1)
        return f'{head}","NORMAL_CLEARING","{uuid(self.rng)}{tail[36:]}'

    def cucm_oslo(self, count):
        rng, calls, cucm = self.rng, self.traffic.of("cucm-oslo", count), Cucm()
        self.count_kinds(calls)
        lines = list(cucm(calls, rng))
        out = {line for call, (_, line) in zip(calls, lines, strict=True) if call.kind in ("out", "forwarded")}
        for call in rng.sample(calls, 20):
            lines.append((call.start + 30, cucm.recording(call, rng)))
            self.dirt["recording"] += 1
        self.repeat(lines, out.__contains__)
        lines.sort(key=lambda line: line[0])
        # One file a week here (a cluster writes one a minute); number 1005 was lost on its way.
        first, weeks = lines[0][0], {}
        for epoch, line in lines:
            weeks.setdefault((epoch - first) // (7 * 86400), []).append(line)
        for week, week_lines in weeks.items():
            written = min(first + (week + 1) * 7 * 86400, lines[-1][0] + 60)
            stamp = dt.datetime.fromtimestamp(written, dt.UTC).strftime("%Y%m%d%H%M")
            serial = 1001 + week + (week >= 4)
            self.put("cucm-oslo", f"cdr_OsloCluster_01_{stamp}_{serial}", week_lines, head=cucm.head, end=False)
        self.dirt["sequence_gap"] += 1
        self.put("cucm-oslo", f"cdr_OsloCluster_02_{stamp}_{serial + 1}", [], head=cucm.head)
        self.dirt["empty_file"] += 1
        self.put("cucm-oslo", f"cmr_OsloCluster_01_{stamp}_{serial + 2}",
                 ["INTEGER,INTEGER,INTEGER,UNIQUEIDENTIFIER", f'2,2,25001,"{uuid(rng)}"'],
                 head='"cdrRecordType","globalCallID_callManagerId","globalCallID_callId","pkid"')
        self.dirt["quality_file"] += 1

    def mobil(self, count):
        rng, calls = self.rng, self.traffic.of("mobil", count)
        self.count_kinds(calls)
        lines = list(generic(calls, rng))
        voice = [line for line in lines if ";voice;" in line[1] and line[1].endswith(";OK")]
        serial = 990000

        def changed(field, value):
            nonlocal serial
            serial += 1
            parts = rng.choice(voice)[1].split(";")
            parts[0], parts[field] = f"V{serial}", value
            return ";".join(parts)
        spoiled = []
        for kind, field, value, times in (
                ("unknown_mode", 5, "mms", 6), ("unknown_carrier", 6, "xx-transit", 5),
                ("no_subscriber", 7, "wh-00000", 8), ("bad_duration", 2, "-5", 2), ("exponent", 3, "4,67E+10", 2),
                ("bad_time", 1, "igår", 1)):
            for _ in range(times):
                epoch, line = rng.choice(voice)
                spoiled.append((epoch, changed(field, value)))
                self.dirt[kind] += 1
        # The same record number with other content: a duplicate, and listed apart as conflicting.
        epoch, line = voice[len(voice) // 2]
        parts = line.split(";")
        spoiled.append((epoch + 1, ";".join([*parts[:2], "1", *parts[3:]])))
        self.dirt["conflicting"] += 1
        self.repeat(lines, lambda line: line.endswith(";OK"))
        months = self.by_month(lines + spoiled, UTC)
        for i, month in enumerate(sorted(months)):
            self.put("mobil", f"export-{month}.csv", months[month], encoding="iso-8859-1", head=GENERIC_HEAD,
                     newline="\r\n" if i == 1 else "\n", end=i != 2)
        self.dirt["crlf_file"] += 1
