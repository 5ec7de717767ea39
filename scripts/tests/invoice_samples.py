"""Documents of every kind in the shape of api.invoice_document, from the golden data and from trouble."""

import copy
import csv
import datetime
from collections import defaultdict
from decimal import Decimal
from itertools import groupby
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
SERVICES = {"TRUNK": "SIP-trunk", "VOIP": "IP-telefoni", "MOBILE": "Mobil"}
PRODUCTS = {"emergency": "Nödsamtal", "international": "Utland", "mobile": "Mobil", "national_fixed": "Fast telefoni",
            "onnet": "Inom nätet", "premium": "Betalsamtal"}
MODES = {"voice": "samtal", "sms": "sms", "data": "data", "forwarded": "vidarekopplat"}
CHARGES = {"monthly": "månadsavgift", "setup": "startavgift"}
UNITS = {"voice": "second", "forwarded": "second", "sms": "message", "data": "byte"}
HISTORY = "1820.10 1799.00 1954.35 2010.00 1888.20 2105.75 1432.60 1398.00 1990.15 2204.40 2150.90".split()


def golden(payer: str, language: str = "sv", itemised: bool = True) -> dict:
    """The golden invoice of a payer, with its lines and its calls."""
    customers = {row["customer_no"]: row for row in _rows("operator/customers.csv")}
    totals = next(row for row in _rows("expected/invoices.csv") if row["payer"] == payer)
    lines = [row for row in _rows("expected/invoice_lines.csv") if row["payer"] == payer]
    services = {(row["contract_no"], row["line_no"]): row["service"] for row in _rows("operator/contract_lines.csv")}
    abroad = customers[payer]["country"] != "SE"
    vat = {"code": "EU", "category": "AE", "percent": 0} if abroad else {"code": "SE25", "category": "S", "percent": 25}
    no = "2026000" + str(1 + list(customers).index(payer))
    document = {
        "format": "leissner-invoice/1", "id": 17, "kind": "invoice", "state": "approved", "number": no,
        "date": "2026-10-31", "due": "2026-11-30", "currency": totals["currency"], "language": language,
        "reference": {"kind": "ocr", "text": _ocr(no)}, "credits": [],
        "period": {"from": min(row["from"] for row in lines), "through": max(_through(row["to"]) for row in lines)},
        "seller": _seller(), "payer": _payer(customers[payer]), "customers": [],
        "kinds": _kinds(lines), "net": Decimal(totals["net"]), "tax": Decimal(totals["vat"]),
        "rounding": Decimal("0.00"),
        "total": Decimal(totals["total"]), "home_currency": "SEK", "home_rate": Decimal("11.5") if abroad else 1,
        "vat": [vat | {
            "base": Decimal(totals["net"]), "tax": Decimal(totals["vat"]), "base_home": None, "tax_home": None,
            "text": None, "exemption": None}],
        "texts": _texts(language),
        "history": _history(Decimal(totals["total"])),
        "specification": _specification(payer, itemised),
        "slip": None,
    }
    if abroad:
        reason = {"sv": "Omvänd betalningsskyldighet: köparen redovisar momsen (artikel 196 i direktiv 2006/112/EG).",
                  "en": "Reverse charge: the buyer accounts for the VAT (article 196 of directive 2006/112/EC)."}
        document["vat"][0] |= {"text": reason[language], "exemption": "VATEX-EU-AE", "tax": Decimal("0.00"),
                               "base_home": Decimal("1495.81"), "tax_home": Decimal("0.00")}
        document["tax"] = Decimal("0.00")
        document["reference"] = {"kind": "rf", "text": "RF3120260001"}
    else:
        document["slip"] = _slip(document)
    for customer_no, of_customer in groupby(lines_sorted(lines), lambda row: row["customer_no"]):
        contracts = []
        for contract_no, of_contract in groupby(list(of_customer), lambda row: row["contract_no"]):
            own = [_line(row, services[contract_no, row["line_no"]], vat) for row in of_contract]
            contracts.append({"contract_no": contract_no, "reference": None,
                              "net": sum(x["net"] for x in own), "lines": own})
        document["customers"].append({"customer_no": customer_no, "name": customers[customer_no]["name"],
                                      "net": sum(x["net"] for x in contracts), "contracts": contracts})
    number = 0
    for line in every_line(document):
        number += 1
        line["no"] = number
    return document


def short() -> dict:
    """One line: fits on one page, slip included."""
    document = golden("3001")
    document["customers"][0]["contracts"][0]["lines"] = document["customers"][0]["contracts"][0]["lines"][:1]
    document["specification"] = None
    return sums(document)


def group(copies: int = 1) -> dict:
    """A payer with several customers, contracts and references; `copies` makes thousands of lines of it."""
    document = golden("1000")
    payers = ("1002", "2000", "3001") * copies
    members = [golden(payer)["customers"][0] for payer in payers]
    members[0]["contracts"] += copy.deepcopy(members[-1]["contracts"])
    for place, contract in enumerate(members[0]["contracts"]):
        contract["reference"] = f"Kostnadsställe {place + 1}00"
    document["customers"] += members
    for kind in document["kinds"]:
        kind["previous"] = kind["net"] + 31
    document["specification"] = golden("1000", itemised=False)["specification"]
    return sums(document)


def credit() -> dict:
    document = golden("2000")
    document |= {"kind": "credit", "due": None, "reference": None, "slip": None, "specification": None,
                 "credits": [{"number": "20260001", "date": "2026-09-30"}]}
    for line in every_line(document):
        line["corrects"] = "20260001"
    return document


def draft() -> dict:
    return golden("1000") | {"state": "draft", "number": None, "reference": None, "slip": None}


def rounded() -> dict:
    """Mixed VAT, a negative correction, a fee, rounding to whole kronor and the state of the last invoice."""
    document = golden("3000")
    lines = document["customers"][0]["contracts"][0]["lines"]
    fee = copy.deepcopy(lines[0]) | {"kind": "fee", "text": "Pappersfaktura", "quantity": 1, "price": Decimal("39.00"),
                                     "net": Decimal("39.00"), "unit": "C62"}
    book = copy.deepcopy(lines[0]) | {"kind": "manual", "text": "Handbok i tryck", "quantity": 1, "unit": "C62",
                                      "price": Decimal("150.00"), "net": Decimal("150.00"),
                                      "vat": {"code": "SE6", "category": "S", "percent": 6}}
    back = copy.deepcopy(lines[0]) | {"kind": "correction", "text": "IP-telefoni, månadsavgift", "corrects": "20260001",
                                      "quantity": -1, "price": Decimal("49.00"), "net": Decimal("-49.00")}
    lines += [fee, book, back]
    document = sums(document)
    document["rounding"] = document["total"].quantize(Decimal(1)) - document["total"]
    document["total"] += document["rounding"]
    document["slip"] = _slip(document)
    for kind in document["kinds"]:
        kind["previous"] = kind["net"] - 12
    return document


def awkward() -> dict:
    """Names that break templates."""
    document = golden("1000", "en", itemised=False)
    document["payer"] |= {
        "name": "Håkansson & Søn <b>\"Råå\"</b> #strong[x] $y$ *z* _w_ \\ @ref 😀 \u202eevil\u202c",
        "attention": "שלום מחלקת חשבונות / مرحبا بالعالم / 漢字",
        "street": "Ärtvägen 1 // `raw` ~ #read(\"/etc/passwd\")",
        "buyer_reference": "PO-" + "1234567890" * 6,
    }
    document["customers"][0]["name"] = "Very long name " * 14 + "x" * 120
    document["customers"][0]["contracts"][0]["reference"] = "Kostnadsställe <&> \u0001\u0007 bell " + "y" * 150
    document["customers"][0]["contracts"][0]["lines"][0]["text"] = "Tillägg med ett mycket långt namn " * 6
    return document


def long(numbers: int = 270, calls: int = 90) -> dict:
    """The golden invoice of 1000 with an annex of numbers × calls: the default gives more than 400 pages."""
    document = golden("1000")
    source = [call for number in document["specification"]["numbers"] for call in number["calls_list"]]
    document["specification"]["numbers"] = [
        _number("1001", "C1", str(46902001000 + n), [source[(n * 7 + i) % len(source)] for i in range(calls)], True)
        for n in range(numbers)
    ]
    return document


def sums(document: dict) -> dict:
    """Totals anew after a change of lines."""
    for customer in document["customers"]:
        for contract in customer["contracts"]:
            contract["net"] = sum(line["net"] for line in contract["lines"])
        customer["net"] = sum(contract["net"] for contract in customer["contracts"])
    base = defaultdict(Decimal)
    for line in every_line(document):
        base[line["vat"]["percent"]] += line["net"]
    document["vat"] = [{
        "code": f"SE{percent}", "category": "S", "percent": percent, "base": net,
        "tax": (net * percent / 100).quantize(Decimal("0.01")), "base_home": None, "tax_home": None, "text": None,
        "exemption": None} for percent, net in sorted(base.items(), reverse=True)]
    document["net"] = sum(base.values())
    document["tax"] = sum(rate["tax"] for rate in document["vat"])
    document["total"] = document["net"] + document["tax"]
    document["kinds"] = _kinds(list(every_line(document)))
    document["history"] = _history(document["total"])
    if document["slip"] is not None:
        document["slip"] = _slip(document)
    return document


def every_line(document: dict):
    contracts = (contract for customer in document["customers"] for contract in customer["contracts"])
    return (line for contract in contracts for line in contract["lines"])


def lines_sorted(lines: list[dict]) -> list[dict]:
    order = ["one_time", "periodic", "manual", "usage"]
    places = ("customer_no", "contract_no", "line_no")
    return sorted(lines, key=lambda row: (*(row[key] for key in places), order.index(row["kind"])))


def _rows(name: str) -> list[dict]:
    with open(GOLDEN / name, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _through(to: str) -> str:
    return (datetime.date.fromisoformat(to) - datetime.timedelta(1)).isoformat()


def _seller() -> dict:
    row = _rows("operator/operator.csv")[0]
    keys = "name org_no vat_no street postcode city country email phone bankgiro".split()
    return {key: row[key] for key in keys} | {
        "plusgiro": None, "iban": "SE4550000000058398257466", "bic": "ESSESESS", "f_tax": True, "office": "Umeå"}


def _payer(row: dict) -> dict:
    countries = {"SE": None, "DE": "Germany"}
    keys = "customer_no name kind street postcode city country org_no vat_no email".split()
    return {key: row[key] or None for key in keys} | {
        "attention": None, "country_name": countries[row["country"]], "einvoice_id": None,
        "buyer_reference": "Inköp 4711" if row["kind"] == "business" else None, "delivery": row["delivery"]}


def _line(row: dict, service: str, vat: dict) -> dict:
    usage = row["kind"] == "usage"
    quantity, net = Decimal(row["quantity"]), Decimal(row["net"])
    line = {
        "line_no": int(row["line_no"]), "kind": row["kind"], "what": row["what"], "from": row["from"],
        "through": _through(row["to"]), "quantity": quantity, "unit": "C62", "calls": None, "minutes": None,
        "number": None, "net": net, "price": None, "vat": vat, "account": "3041", "project": None, "corrects": None,
    }
    if usage:
        product, mode = row["what"].split("/")
        line |= {"text": f"{PRODUCTS[product]}, {MODES[mode]}", "calls": int(quantity),
                 "unit": {"sms": "C62", "data": "E34"}.get(mode, "MIN"),
                 "minutes": quantity * Decimal("1.7") if mode in ("voice", "forwarded") else None,
                 "gigabytes": quantity * Decimal("0.000842") if mode == "data" else None}
    else:
        line |= {"text": row["what"] if row["kind"] == "manual" else f"{SERVICES[service]}, {CHARGES[row['what']]}",
                 "price": (net / quantity).quantize(Decimal("0.01"))}
    return line


def _kinds(lines: list[dict]) -> list[dict]:
    nets = defaultdict(Decimal)
    for line in lines:
        nets[line["kind"]] += Decimal(line["net"])
    order = ["periodic", "usage", "one_time", "manual", "correction", "fee"]
    return [{"kind": kind, "net": nets[kind], "previous": None} for kind in order if kind in nets]


def _history(total: Decimal) -> list[dict]:
    months = ["2025-11", "2025-12"] + [f"2026-{month:02d}" for month in range(1, 11)]
    totals = [round(Decimal(value) * total / 2200, 2) for value in HISTORY] + [total]
    return [{"month": month, "total": value} for month, value in zip(months, totals, strict=True)]


def _texts(language: str) -> list[str]:
    return {"sv": ["Betalningsvillkor 30 dagar. Efter förfallodagen tas dröjsmålsränta ut med referensräntan plus 8 "
                   "procentenheter (räntelagen 6 §), och för en påminnelse 60 kr.",
                   "Frågor om fakturan? Hör av dig före förfallodagen till faktura@example.com eller 090-12 34 56."],
            "en": ["Payment within 30 days. After the due date we charge interest at the reference rate plus 8 "
                   "percentage points and 60 SEK for a reminder.",
                   "Questions about the invoice? Write to faktura@example.com before the due date."]}[language]


def _specification(payer: str, itemised: bool) -> dict:
    members = {"1000": ["1001"], "1002": ["1003"]}.get(payer, [payer])
    calls = defaultdict(list)
    names = {row["code"]: row["name"] for row in _rows("operator/destinations.csv")}
    raw = {row["key"]: row for row in _rows("calls.csv")}
    for row in _rows("expected/rated_calls.csv"):
        if row["status"] == "rated" and row["customer_no"] in members and row["key"] in raw and Decimal(row["regular"]):
            own = raw[row["key"]]["a_number"] or raw[row["key"]]["account"]
            calls[row["customer_no"], row["contract_no"], own].append(_call(row, raw[row["key"]], names))
    return {"masked": True, "numbers": [_number(*key, of_number, itemised) for key, of_number in sorted(calls.items())]}


def _call(row: dict, raw: dict, names: dict) -> dict:
    return {"at": raw["started_at"][:19].replace("T", " "), "to": raw["b_number"][:-3] + "xxx",
            "destination": names[row["destination"]], "mode": row["mode"], "units": int(row["units"]),
            "unit": UNITS[row["mode"]], "net": Decimal(row["retail"]).quantize(Decimal("0.0001"))}


def _number(customer_no: str, contract_no: str, number: str, calls: list[dict], itemised: bool) -> dict:
    groups = defaultdict(list)
    for call in calls:
        groups[call["destination"], call["mode"]].append(call)
    return {"customer_no": customer_no, "contract_no": contract_no, "number": number, "calls": len(calls),
            "minutes": _minutes(calls), "net": round(sum(call["net"] for call in calls), 2),
            "destinations": [{"name": name, "mode": mode, "calls": len(own), "minutes": _minutes(own),
                              "units": sum(c["units"] for c in own), "unit": own[0]["unit"],
                              "per": {"second": 60, "byte": 1000000}.get(own[0]["unit"], 1),
                              "price": Decimal("0.5") if len(own) > 1 else None, "setup": Decimal("0.49"),
                              "net": round(sum(c["net"] for c in own), 2)}
                             for (name, mode), own in sorted(groups.items())],
            "calls_list": sorted(calls, key=lambda call: call["at"]) if itemised else None}


def _minutes(calls: list[dict]) -> Decimal:
    return (Decimal(sum(call["units"] for call in calls if call["unit"] == "second")) / 60).quantize(Decimal("0.1"))


def _luhn(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        double = int(digit) * (2 if place % 2 == 0 else 1)
        total += double // 10 + double % 10
    return str(-total % 10)


def _ocr(number: str) -> str:
    body = number + str((len(number) + 2) % 10)
    return body + _luhn(body)


def _slip(document: dict) -> dict:
    kronor, ore = f"{document['total']:.2f}".split(".")
    giro = document["seller"]["bankgiro"].replace("-", "")
    reference = document["reference"]["text"]
    return {"giro": "bankgiro", "row": f"#{reference:>24} #{kronor:>9} {ore}   {_luhn(kronor + ore)} >{giro:>17}#41#"}
