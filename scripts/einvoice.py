"""`leissner bill einvoice`: documents as Peppol BIS Billing 3.0 (UBL 2.1), for whoever passes them on.

The document that the database gives is laid out: no amount, tax, sign or legal reason is decided here. The order of
elements is the XSD's; there are no empty ones; the same document gives the same bytes.
"""

import base64
import csv
import hashlib
import io
import re
from decimal import Decimal
from pathlib import Path

from lxml import etree

from leissner.scripts import db, delivery
from leissner.scripts.errors import LeissnerError

CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CAC, CBC = f"{UBL}CommonAggregateComponents-2", f"{UBL}CommonBasicComponents-2"
SCHEMES = {"SE": "0007", "NO": "0192", "DK": "0184", "FI": "0216"}  # of registration numbers, by country
REGISTERED = {"SE": "Godkänd för F-skatt", "NO": "Foretaksregisteret"}  # said of the seller, by country
INVALID = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(conn: db.Connection, run: dict, folder: Path, advance=lambda: None, is_again: bool = True) -> dict[str, int]:
    """Writes NUMBER.xml for each payer who gets e-invoices, and notes the deliveries: {written, failed}.

    Run again, it writes the same bytes, or nothing of what was written before; what failed for a reason that is
    mended is then written too.
    """
    known = delivery.known(conn, run, "einvoice")
    folder.mkdir(parents=True, exist_ok=True)
    counts = {"written": 0, "failed": 0}
    for rows in delivery.pages(conn, run, "einvoice"):
        noted: dict[int, list[dict]] = {}
        for row in rows:
            advance()
            number = row["document"]["number"]
            resend, before = known.get(number, (0, None))
            if before and before["state"] == "delivered" and not is_again:
                continue
            try:
                data, reason = xml(row["document"]), None
                delivery.publish(folder / f"{number}.xml", data)
            except LeissnerError as error:
                data, reason = b"", f"{error} {error.hint}"
            counts["failed" if reason else "written"] += 1
            if before is None or before["state"] == "failed" and before["reason"] != reason:
                resend += before is not None
                noted.setdefault(resend, []).append({
                    "invoice": row["invoice"], "file": f"{number}.xml", "pages": 1, "resend": resend, "reason": reason,
                    "digest": hashlib.sha256(data).hexdigest()})
        with db.transaction(conn, "finance"):
            for resend, made in noted.items():
                db.call(conn, "delivery_put", p_run=run["run"], p_channel="einvoice", p_state="produced",
                        p_resend=resend, p_rows=made)
                db.call(conn, "delivery_result", p_run=run["run"], p_channel="einvoice", p_rows=made)
    return counts


def attachment(document: dict) -> bytes | None:
    """The e-invoice to put into a PDF; None for payers who have no address in that network, private persons say."""
    try:
        return xml(document)
    except LeissnerError:
        return None


def verdict(data: bytes) -> tuple[str, list[str]]:
    """What the published rules say of an e-invoice: "valid" or "invalid", and what they found."""
    from mockeinvoice import validate

    _, report = validate(data)
    return report.verdict, [f"{one.level} {one.code} at {one.path}: {one.text}" for one in report.findings]


def xml(document: dict, is_sent: bool = True) -> bytes:
    """The e-invoice of a document. Raises LeissnerError where the payer or the operator lacks what it needs; as data
    for a print house, not `is_sent`, it does without the payer's address in the network."""
    is_credit = document["kind"] == "credit"
    root = "CreditNote" if is_credit else "Invoice"
    made = etree.Element(f"{{{UBL}{root}-2}}{root}", nsmap={None: f"{UBL}{root}-2", "cac": CAC, "cbc": CBC})
    for name, value in _content(document, is_credit, is_sent):
        _add(made, name, value)
    return etree.tostring(made, xml_declaration=True, encoding="UTF-8")


def _content(document: dict, is_credit: bool, is_sent: bool):
    currency = document["currency"]
    categories = {one["category"] for one in document["vat"]}
    if "O" in categories and len(categories) > 1:
        raise _lacks(document, "one VAT category",
                     "An e-invoice cannot mix outside scope with other VAT; send it printed.")
    has_home_tax = currency != document["home_currency"] and document["tax"] != 0
    contracts = [one["contract_no"] for customer in document["customers"] for one in customer["contracts"]]
    yield "cbc:CustomizationID", CUSTOMIZATION
    yield "cbc:ProfileID", PROFILE
    yield "cbc:ID", document["number"] or f"draft {document['id']}"
    yield "cbc:IssueDate", document["date"]
    if not is_credit:
        yield "cbc:DueDate", document["due"]
    yield ("cbc:CreditNoteTypeCode", "381") if is_credit else ("cbc:InvoiceTypeCode", "380")
    yield "cbc:Note", " ".join(document["texts"])
    yield "cbc:DocumentCurrencyCode", currency
    if has_home_tax:
        yield "cbc:TaxCurrencyCode", document["home_currency"]
    yield "cbc:BuyerReference", document["payer"]["buyer_reference"]
    yield "cac:InvoicePeriod", _period(document["period"])
    for one in document["credits"]:
        yield "cac:BillingReference", [("cac:InvoiceDocumentReference", [("cbc:ID", one["number"]),
                                                                        ("cbc:IssueDate", one["date"])])]
    if len(contracts) == 1:
        yield "cac:ContractDocumentReference", [("cbc:ID", contracts[0])]
    if calls := _calls(document):
        yield "cac:AdditionalDocumentReference", [
            ("cbc:ID", f"SPEC-{document['number']}"), ("cbc:DocumentDescription", "Call specification"),
            ("cac:Attachment", [("cbc:EmbeddedDocumentBinaryObject", (base64.b64encode(calls).decode(), {
                "mimeCode": "text/csv", "filename": f"spec-{document['number']}.csv"}))])]
    is_outside = categories == {"O"}  # such a document names no VAT number
    yield "cac:AccountingSupplierParty", [("cac:Party", _seller(document, is_outside))]
    yield "cac:AccountingCustomerParty", [("cac:Party", _payer(document, is_outside, is_sent))]
    yield from _payment(document)
    yield from _tax(document, currency, has_home_tax)
    yield "cac:LegalMonetaryTotal", [
        ("cbc:LineExtensionAmount", _money(document["net"], currency)),
        ("cbc:TaxExclusiveAmount", _money(document["net"], currency)),
        ("cbc:TaxInclusiveAmount", _money(document["net"] + document["tax"], currency)),
        ("cbc:PayableRoundingAmount", _money(document["rounding"], currency) if document["rounding"] else None),
        ("cbc:PayableAmount", _money(document["total"], currency)),
    ]
    for customer in document["customers"]:
        for contract in customer["contracts"]:
            for line in contract["lines"]:
                where = f"{customer['customer_no']} {customer['name']}, {contract['contract_no']}"
                yield f"cac:{'CreditNote' if is_credit else 'Invoice'}Line", _line(line, where, currency, is_credit)


def _seller(document: dict, is_outside: bool) -> list:
    seller = document["seller"]
    number = _digits(seller["org_no"])
    scheme = SCHEMES.get(seller["country"])
    if not number or not scheme:
        raise LeissnerError(f"The operator has no registration number that e-invoices know ({seller['org_no']}).",
                            "Correct org_no and country in operator.csv.")
    tax = [] if is_outside or not seller["vat_no"] else [_scheme(seller["vat_no"], "VAT")]
    if seller["f_tax"] and seller["country"] in REGISTERED:
        tax.append(_scheme(REGISTERED[seller["country"]], "TAX"))
    return [
        ("cbc:EndpointID", (number, {"schemeID": scheme})), ("cac:PartyName", [("cbc:Name", seller["name"])]),
        ("cac:PostalAddress", _address(seller)), *tax,
        ("cac:PartyLegalEntity", [
            ("cbc:RegistrationName", seller["name"]), ("cbc:CompanyID", (number, {"schemeID": scheme})),
            ("cbc:CompanyLegalForm", f"Säte: {seller['office']}" if seller["office"] else None)]),
        ("cac:Contact", [("cbc:Name", seller["name"]), ("cbc:Telephone", seller["phone"]),
                         ("cbc:ElectronicMail", seller["email"])]),
    ]


def _payer(document: dict, is_outside: bool, is_sent: bool) -> list:
    payer = document["payer"]
    scheme, number = _endpoint(document, is_sent)
    legal = SCHEMES.get(payer["country"])
    company = _digits(payer["org_no"])
    return [
        ("cbc:EndpointID", (number, {"schemeID": scheme})), ("cac:PostalAddress", _address(payer)),
        *([_scheme(payer["vat_no"], "VAT")] if payer["vat_no"] and not is_outside else []),
        ("cac:PartyLegalEntity", [
            ("cbc:RegistrationName", payer["name"]),
            ("cbc:CompanyID", (company, {"schemeID": legal} if legal else {}) if company else None)]),
        *([("cac:Contact", [("cbc:Name", payer["attention"])])] if payer["attention"] else []),
    ]


def _endpoint(document: dict, is_sent: bool) -> tuple[str, str]:
    """Scheme and number of the payer in the network: einvoice_id, as SCHEME:NUMBER or alone, else the registration."""
    payer = document["payer"]
    given = (payer["einvoice_id"] or "").strip()
    if match := re.fullmatch(r"(\d{4}):(.+)", given):
        return match[1], match[2]
    number = _digits(given or payer["org_no"])
    scheme = "0088" if len(number) == 13 else SCHEMES.get(payer["country"])
    if not is_sent and not (number and scheme):
        return "", ""
    if not number or not scheme:
        raise _lacks(document, "einvoice_id", "Give it as SCHEME:NUMBER, 0088:7300010000001 say.")
    return scheme, number


def _payment(document: dict):
    if document["kind"] == "credit" or not document["reference"]:
        return
    seller = document["seller"]
    creditor = _digits(seller["bankgiro"])
    if document["reference"]["kind"] == "fik" and creditor:
        yield "cac:PaymentMeans", [("cbc:PaymentMeansCode", "93"),
                                   ("cbc:PaymentID", f"71#{document['reference']['text']}"),
                                   ("cac:PayeeFinancialAccount", [("cbc:ID", creditor)])]
        return
    for account, branch in ((creditor, "SE:BANKGIRO"), (_digits(seller["plusgiro"]), "SE:PLUSGIRO"),
                            (seller["iban"], seller["bic"])):
        if account:
            yield "cac:PaymentMeans", [
                ("cbc:PaymentMeansCode", "30"), ("cbc:PaymentID", document["reference"]["text"]),
                ("cac:PayeeFinancialAccount", [
                    ("cbc:ID", account), ("cac:FinancialInstitutionBranch", [("cbc:ID", branch)] if branch else None)])]


def _tax(document: dict, currency: str, has_home_tax: bool):
    yield "cac:TaxTotal", [
        ("cbc:TaxAmount", _money(document["tax"], currency)),
        *[("cac:TaxSubtotal", [
            ("cbc:TaxableAmount", _money(one["base"], currency)), ("cbc:TaxAmount", _money(one["tax"], currency)),
            ("cac:TaxCategory", _category(one["category"], one["percent"], one["exemption"], one["text"]))])
          for one in document["vat"]]]
    if has_home_tax:
        home = document["home_currency"]
        yield "cac:TaxTotal", [("cbc:TaxAmount", _money(sum(one["tax_home"] for one in document["vat"]), home))]


def _line(line: dict, where: str, currency: str, is_credit: bool) -> list:
    net, unit = line["net"], line["unit"]
    quantity = abs({"MIN": line["minutes"], "E34": line.get("gigabytes")}.get(unit, line["quantity"]) or 0)
    price, base = line.get("price"), None
    discount = line.get("discount") or 0
    if not quantity:
        quantity, unit = Decimal(1), "C62"
    if price is None or abs(price) * quantity != abs(net):
        # exact for any mix of rates: the amount, before discounts, for so many
        price, base = abs(net + discount), (f"{quantity}", {"unitCode": unit})
    if net < 0:
        quantity = -quantity
    calls = f"{line['calls']} calls" if line["calls"] is not None else None
    return [
        ("cbc:ID", f"{line['no']}"), ("cbc:Note", calls),
        (f"cbc:{'Credited' if is_credit else 'Invoiced'}Quantity", (f"{quantity}", {"unitCode": unit})),
        ("cbc:LineExtensionAmount", _money(net, currency)), ("cbc:AccountingCost", line["project"]),
        ("cac:InvoicePeriod", _period(line)),
        ("cac:DocumentReference", [("cbc:ID", (f"+{line['number']}", {"schemeID": "AWV"})),
                                   ("cbc:DocumentTypeCode", "130")] if line["number"] else None),
        ("cac:AllowanceCharge", [
            ("cbc:ChargeIndicator", "false"), ("cbc:AllowanceChargeReasonCode", "95"),
            ("cbc:AllowanceChargeReason", "Discounts and included units"), ("cbc:Amount", _money(discount, currency)),
        ] if discount else None),
        ("cac:Item", [
            ("cbc:Description", where), ("cbc:Name", line["text"]),
            ("cac:ClassifiedTaxCategory", _category(line["vat"]["category"], line["vat"]["percent"]))]),
        ("cac:Price", [("cbc:PriceAmount", (f"{abs(price)}", {"currencyID": currency})), ("cbc:BaseQuantity", base)]),
    ]


def _category(category: str, percent, exemption: str | None = None, text: str | None = None) -> list:
    return [("cbc:ID", category), ("cbc:Percent", None if category == "O" else f"{percent}"),
            ("cbc:TaxExemptionReasonCode", exemption), ("cbc:TaxExemptionReason", text),
            ("cac:TaxScheme", [("cbc:ID", "VAT")])]


def _scheme(number: str, scheme: str) -> tuple:
    return "cac:PartyTaxScheme", [("cbc:CompanyID", number), ("cac:TaxScheme", [("cbc:ID", scheme)])]


def _address(party: dict) -> list:
    return [("cbc:StreetName", party["street"]), ("cbc:CityName", party["city"]), ("cbc:PostalZone", party["postcode"]),
            ("cac:Country", [("cbc:IdentificationCode", party["country"])])]


def _period(period: dict) -> list:
    return [("cbc:StartDate", period["from"]), ("cbc:EndDate", period["through"])]


def _money(amount, currency: str) -> tuple:
    return f"{Decimal(amount):.2f}", {"currencyID": currency}


def _digits(text: str | None) -> str:
    return re.sub(r"\D", "", text or "")


def _calls(document: dict) -> bytes | None:
    """The calls as CSV, where the payer wants each listed."""
    listed = [(number, call) for number in (document["specification"] or {}).get("numbers", ())
              for call in number["calls_list"] or ()]
    if not listed:
        return None
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["customer_no", "contract_no", "number", "at", "to", "destination", "mode", "units", "unit", "net"])
    writer.writerows([number["customer_no"], number["contract_no"], number["number"], *call.values()]
                     for number, call in ((number, {name: call[name] for name in (
                         "at", "to", "destination", "mode", "units", "unit", "net")}) for number, call in listed))
    return out.getvalue().encode()


def _lacks(document: dict, field: str, hint: str) -> LeissnerError:
    payer = document["payer"]["customer_no"]
    return LeissnerError(f"Document {document['number']}: payer {payer} lacks {field} for an e-invoice.", hint)


def _add(parent, name: str, value) -> None:
    """An element with a text, a (text, attributes), or children; none where there is nothing in it."""
    if value is None or value == "" or value == []:
        return
    space, _, local = name.partition(":")
    element = etree.SubElement(parent, f"{{{CAC if space == 'cac' else CBC}}}{local}")
    if isinstance(value, list):
        for child, content in value:
            _add(element, child, content)
        if not len(element):
            parent.remove(element)
        return
    text, attributes = value if isinstance(value, tuple) else (value, {})
    element.text = INVALID.sub("", f"{text}").strip()
    for key, one in attributes.items():
        element.set(key, one)
    if not element.text:
        parent.remove(element)
