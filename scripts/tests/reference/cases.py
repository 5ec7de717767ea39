"""Cases with answers worked out by hand from RATING.md's own examples and sentences. The reference rater and the
database must both give them."""

from dataclasses import dataclass

from leissner.scripts.tests.reference.operators import CALL_COLUMNS, Scenario

FIXED, MOBILE = "46812345678", "46701234567"
NOON = "2026-10-07T12:00:00+02:00"


@dataclass
class Case:
    """What is asked, and the retail amount (None: suspended) of each call, in order."""

    name: str
    files: dict[str, list[dict]]
    calls: list[dict]
    retail: list[str | None]

    @property
    def scenario(self) -> Scenario:
        calls = [
            dict.fromkeys(CALL_COLUMNS, "") | {"key": f"k{n}", "a_number": "46850000001", "b_number": FIXED} | call
            for n, call in enumerate(self.calls)
        ]
        return Scenario(base_files() | self.files, {"plain": calls})


def base_files() -> dict[str, list[dict]]:
    """One customer, one line, one list without items."""
    return {
        "operator": [{"name": "Case", "org_no": "556000-0001"}],
        "currencies": [{"code": "SEK"}],
        "products": [{"code": "fixed", "name": "Fixed"}, {"code": "mobile", "name": "Mobile"}],
        "modes": [
            {"code": "voice", "name": "Voice", "group": "calls", "unit": "second"},
            {"code": "sms", "name": "SMS", "group": "", "unit": "event"},
        ],
        "destination_groups": [{"code": "a", "name": "a", "rank": 2}, {"code": "b", "name": "b", "rank": 1}],
        "destinations": [
            {"code": "FIX", "name": "Fixed", "country": "SE", "product": "fixed", "groups": "a;b"},
            {"code": "MOB", "name": "Mobile", "country": "SE", "product": "mobile", "groups": ""},
        ],
        "prefixes": [{"prefix": "46", "destination": "FIX"}, {"prefix": "4670", "destination": "MOB"}],
        "price_lists": [{"code": "L", "name": "L", "level": "retail"}],
        "services": [{"code": "S", "name": "S", "price_list": "L"}],
        "customers": [{"customer_no": "1", "name": "One"}],
        "contracts": [{"contract_no": "C", "customer_no": "1", "start": "2026-01-01"}],
        "contract_lines": [{"contract_no": "C", "line_no": 1, "service": "S"}],
        "numbers": [{"number": "46850000001", "contract_no": "C"}],
        "sources": [{"code": "plain", "name": "Plain", "format": "generic"}],
    }


def price(price_list: str = "L", target: str = "*", **rest) -> dict:
    return {"price_list": price_list, "target": target} | rest


def price_list(code: str, **rest) -> dict:
    return {"code": code, "name": code, "level": "retail"} | rest


def ring(code: str, kind: str, value: str, priority: int = 10, **rest) -> dict:
    return {"code": code, "name": code, "priority": priority, "kind": kind, "value": value} | rest


def call(units: int | str, started_at: str = NOON, **rest) -> dict:
    return {"units": units, "started_at": started_at} | rest


def graduated(unit: str) -> list[dict]:
    edges = [("0", "10", "1.5"), ("10", "110", "1.0"), ("110", "", "0.5")]
    return [
        ring(f"R{n}", "price_minute", value, volume_unit=unit, volume_from=low, volume_to=high)
        for n, (low, high, value) in enumerate(edges)
    ]


CASES = [
    Case(
        "section 5: 111 minutes over three intervals",
        {"prices": [price(rate=2)], "rings": graduated("block")},
        [call(111 * 60)],
        ["115.50"],
    ),
    Case(
        "the same in pieces, and a new month",
        {"prices": [price(rate=2)], "rings": graduated("block")},
        [
            call(5 * 60, "2026-10-01T00:00:00+02:00"),
            call(105 * 60, "2026-10-02T00:00:00+02:00"),
            call(60, "2026-10-31T23:59:59+01:00"),
            call(60, "2026-11-01T00:00:00+01:00"),
        ],
        ["7.5", "107.5", "0.5", "1.5"],
    ),
    Case(
        "an interval of calls never cuts one, and a free call is not counted",
        {
            "prices": [price(rate=1, free=10)],
            "rings": [ring("R", "price_call", "0.25", volume_unit="call", volume_to=2)],
        },
        [
            call(60, "2026-10-01T10:00:00+02:00"),
            call(10, "2026-10-01T11:00:00+02:00"),
            call(60, "2026-10-01T12:00:00+02:00"),
            call(60, "2026-10-01T13:00:00+02:00"),
        ],
        ["0.25", "0", "0.25", "1"],
    ),
    Case(
        "30/6 by FORMATS-CALLS 6",
        {"prices": [price(rate="0.006", first=30, next=6)]},
        [call(32), call(57), call(75), call(1)],
        ["0.0036", "0.0060", "0.0078", "0.0030"],
    ),
    Case(
        "steps by position in the call",
        {"prices": [price(steps="60:0.50;300:0.30;:0.10")]},
        [call(60), call(300), call(400), call(61)],
        ["0.5", "1.7", "1.8667", "0.505"],
    ),
    Case(
        "free units both ways, minimum and maximum",
        {
            "prices": [
                price(target="dest:FIX", setup=1, rate=6, free=10, minimum=3, maximum=5),
                price(target="dest:MOB", setup=1, rate=6, free=10, free_mode="deduct", minimum=2),
            ]
        },
        [
            call(10),
            call(11),
            call(25),
            call(60),
            call(10, b_number=MOBILE),
            call(11, b_number=MOBILE),
            call(30, b_number=MOBILE),
        ],
        ["0", "3", "3.5", "5", "0", "2", "3"],
    ),
    Case(
        "relative of relative: +10 % of the base, then -50 % and 0.25 on the rate, nothing below zero",
        {
            "price_lists": [price_list("L"), price_list("M", parent="L"), price_list("N", parent="M")],
            "prices": [
                price("L", setup=2, rate=1, minimum=4),
                price("L", "dest:MOB", rate=1),
                price("M", percent=10),
                price("M", "dest:MOB", amount="-2"),
                price("N", percent=-50, amount="0.25"),
            ],
            "services": [{"code": "S", "name": "S", "price_list": "N"}],
        },
        [call(60), call(240), call(60, b_number=MOBILE)],
        ["2.2", "4.3", "0.25"],
    ),
    Case(
        "the nearest list, then the lowest rank, then the mode, then the band",
        {
            "price_lists": [price_list("L"), price_list("M", parent="L")],
            "bands": [{"band": "day", "from": "08:00", "to": "18:00"}],
            "prices": [
                price("L", "dest:MOB", rate=1),
                price("M", "*", rate=2),
                price("M", "group:a", mode="voice", rate=3),
                price("M", "group:b", rate=4),
                price("M", "group:b", mode="group:calls", rate=5),
                price("M", "group:b", mode="group:calls", band="day", rate=6),
                price("M", "product:fixed", mode="voice", band="day", rate=7),
            ],
            "services": [{"code": "S", "name": "S", "price_list": "M"}],
        },
        [call(60), call(60, "2026-10-07T18:00:00+02:00"), call(1, mode="sms"), call(60, b_number=MOBILE)],
        ["6", "5", "4", "2"],
    ),
    Case(
        "split over the doubled hour: a minute before, two hours inside, a minute after",
        {
            "price_lists": [price_list("L", split_by_band="yes")],
            "bands": [{"band": "night", "from": "02:00", "to": "03:00"}],
            "prices": [price(rate=1, setup=5), price(rate="0.5", band="night", setup=9)],
        },
        [call(7320, "2026-10-25T01:59:00+02:00"), call(7200, "2026-10-25T02:00:00+02:00")],
        ["67", "69"],
    ),
    Case(
        "split: deducted units are the first ones, rounding up falls on the last stretch",
        {
            "price_lists": [price_list("L", split_by_band="yes")],
            "bands": [{"band": "day", "from": "08:00", "to": "18:00"}],
            "prices": [
                price(steps="60:6;:12", free=20, free_mode="deduct", first=1, next=60),
                price(steps="100:60;:600", band="day"),
            ],
        },
        [call(70, "2026-10-07T07:59:30+02:00")],
        # 50 charged, 61 billed: 10 before eight at 6, then positions 10 to 61 at 60.
        ["52"],
    ),
    Case(
        "rolled-over units are used first and not carried twice",
        {
            "prices": [price(rate=60)],
            "bundles": [{"contract_no": "C", "code": "B", "units": 100, "rollover": "yes", "from": "2026-08-15"}],
        },
        [
            call(150, "2026-09-01T00:00:00+02:00"),
            call(300, "2026-10-01T00:00:00+02:00"),
            call(150, "2026-11-01T00:00:00+01:00"),
        ],
        ["0", "150", "50"],
    ),
    Case(
        "a bundle that leaves the set-up fee, which a ring then takes",
        {
            "prices": [price(setup="0.5", rate=1)],
            "bundles": [{"contract_no": "C", "code": "B", "units": 60, "covers_setup": "no"}],
            "rings": [ring("R", "off_call", "0.2"), ring("Q", "off_minute", "1", priority=20)],
        },
        [call(60, "2026-10-01T10:00:00+02:00"), call(60, "2026-10-01T11:00:00+02:00")],
        ["0.3", "0.3"],
    ),
    Case(
        "the dust of a division decides no rounding up: a third of 0.03",
        {
            "price_lists": [price_list("L", decimals=2, rounding="up")],
            "prices": [price(rate="0.6")],
            "bundles": [{"contract_no": "C", "code": "B", "units": 2}],
        },
        [call(3)],
        ["0.01"],
    ),
    Case(
        "exclusive ends the sequence on its own piece only; a price per call is shared by pieces",
        {
            "prices": [price(rate=1)],
            "rings": [
                ring("A", "price_call", "4", exclusive="yes", volume_unit="block", volume_from=0, volume_to=1),
                ring("B", "percent", "50", priority=20),
            ],
        },
        [call(240, "2026-10-01T10:00:00+02:00"), call(60, "2026-10-01T11:00:00+02:00")],
        # A quarter of the call at 4: 1, the rest 3 less a half.
        ["2.5", "0.5"],
    ),
    Case(
        "lists in order: no price in the contract's, not for sale in the customer's",
        {
            "price_lists": [price_list("L"), price_list("K"), price_list("D", draft="yes"), price_list("P")],
            "prices": [
                price("L", rate=1),
                price("K", "dest:MOB", not_for_sale="yes"),
                price("D", rate=9),
                price("P", "dest:FIX", amount="0.1"),
            ],
            "customers": [{"customer_no": "1", "name": "One", "price_list": "K"}],
            "contracts": [{"contract_no": "C", "customer_no": "1", "start": "2026-01-01", "price_list": "P"}],
            "contract_lines": [{"contract_no": "C", "line_no": 1, "service": "S", "price_list": "D"}],
        },
        [call(60), call(60, b_number=MOBILE)],
        ["1", None],
    ),
    Case(
        "terms of the day: list and parent change, a number moves",
        {
            "price_lists": [price_list("L"), price_list("K"), price_list("H")],
            "prices": [price("L", rate=1), price("K", rate=2), price("H", rate=3)],
            "customers": [
                {"customer_no": "1", "name": "One"},
                {"customer_no": "2", "name": "Two", "price_list": "H"},
            ],
            "customer_terms": [
                {"customer_no": "1", "from": "2026-10-10", "price_list": "K"},
                {"customer_no": "2", "from": "2026-10-20", "parent_no": "1"},
            ],
            "contracts": [
                {"contract_no": "C", "customer_no": "1", "start": "2026-01-01"},
                {"contract_no": "D", "customer_no": "2", "start": "2026-01-01"},
            ],
            "contract_lines": [
                {"contract_no": "C", "line_no": 1, "service": "S"},
                {"contract_no": "D", "line_no": 1, "service": "S"},
            ],
            "numbers": [
                {"number": "46850000001", "contract_no": "C", "from": "", "to": "2026-10-15"},
                {"number": "46850000001", "contract_no": "D", "from": "2026-10-16", "to": ""},
            ],
            "rings": [ring("R", "off_call", "0.25", members="customer:1")],
        },
        [
            call(60, "2026-10-09T23:59:59+02:00"),
            call(60, "2026-10-10T00:00:00+02:00"),
            call(60, "2026-10-15T12:00:00+02:00"),
            call(60, "2026-10-16T00:00:00+02:00"),
            call(60, "2026-10-20T00:00:00+02:00"),
        ],
        ["0.75", "1.75", None, "3", "2.75"],
    ),
    Case(
        "a late call of one customer and another's month between leave rolled-over units alone",
        {
            "prices": [price(rate=60)],
            "customers": [{"customer_no": "1", "name": "One"}, {"customer_no": "2", "name": "Two"}],
            "contracts": [
                {"contract_no": "C", "customer_no": "1", "start": "2026-01-01"},
                {"contract_no": "D", "customer_no": "2", "start": "2026-01-01"},
            ],
            "contract_lines": [
                {"contract_no": "C", "line_no": 1, "service": "S"},
                {"contract_no": "D", "line_no": 1, "service": "S"},
            ],
            "numbers": [
                {"number": "46850000001", "contract_no": "C"},
                {"number": "46850000002", "contract_no": "D"},
            ],
            "bundles": [
                {"contract_no": "C", "code": "B", "units": 100, "rollover": "yes", "from": "2026-09-01"},
                {"contract_no": "D", "code": "B", "units": 100, "rollover": "yes", "from": "2026-09-01"},
            ],
        },
        # Loaded in two files, the second half comes first.
        [
            call(150, "2026-11-15T12:00:00+01:00"),
            call(10, "2026-09-15T12:00:00+02:00", a_number="46850000002"),
            call(70, "2026-09-15T12:00:00+02:00"),
            call(110, "2026-10-15T12:00:00+02:00"),
        ],
        ["30", "0", "0", "0"],
    ),
    Case(
        "a draft list gives no price to the lists below it",
        {
            "price_lists": [price_list("L"), price_list("D", parent="L", draft="yes"), price_list("M", parent="D")],
            "prices": [price("L", rate=1), price("D", rate=9), price("M", "dest:MOB", amount="0.5")],
            "services": [{"code": "S", "name": "S", "price_list": "M"}],
        },
        [call(60), call(60, b_number=MOBILE)],
        ["1", "1.5"],
    ),
    Case(
        "calls of one second are ordered by key, byte by byte, as are equal priorities by code",
        {
            "prices": [price(rate=1)],
            "rings": [
                ring("a", "off_call", "0.5"),
                ring("B", "percent", "50"),
                ring("é", "price_call", "3", volume_unit="call", volume_from=2, priority=20),
            ],
        },
        [call(60, key="b"), call(60, key="a"), call(60, key="B")],
        ["3", "0", "0"],
    ),
    Case(
        "a second load goes on where the first one left a bundle, and hands on what is left of both",
        {
            "prices": [price(rate=60)],
            "bundles": [{"contract_no": "C", "code": "B", "units": 100, "rollover": "yes", "from": "2026-09-01"}],
        },
        [
            call(60, "2026-09-10T12:00:00+02:00"),
            call(150, "2026-10-15T12:00:00+02:00"),
            call(80, "2026-09-05T12:00:00+02:00"),
            call(1, "2026-09-05T12:00:00+02:00", mode="sms"),
        ],
        ["40", "50", "0", "60"],
    ),
    Case(
        "a source's contract line takes the calls of strangers, not while its contract is proposed",
        {
            "prices": [price(rate=1)],
            "contracts": [
                {"contract_no": "C", "customer_no": "1", "start": "2026-01-01", "state": "active"},
                {"contract_no": "P", "customer_no": "1", "start": "2026-01-01", "state": "proposed"},
            ],
            "contract_lines": [
                {"contract_no": "C", "line_no": 1, "service": "S"},
                {"contract_no": "P", "line_no": 1, "service": "S"},
            ],
            "sources": [{"code": "plain", "name": "Plain", "format": "generic", "contract_no": "P", "line_no": 1}],
        },
        [call(60), call(60, a_number="46850000009")],
        ["1", None],
    ),
]
