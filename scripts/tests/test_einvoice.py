"""E-invoices: every kind of document is valid Peppol BIS Billing 3.0, by rules that are not ours."""

import copy
import hashlib
import json
from decimal import Decimal

import pypdf
import pytest

from leissner.scripts import einvoice
from leissner.scripts.errors import LeissnerError
from leissner.scripts.tests import invoice_samples as samples
from leissner.scripts.tests.test_bill import THROUGH, conn, database, done, loaded, rows  # noqa: F401


def is_valid(data: bytes) -> None:
    assert einvoice.verdict(data) == ("valid", [])


def business(document: dict) -> dict:
    """Of a payer who can get e-invoices."""
    document["payer"]["einvoice_id"] = "0088:7300010000001"
    document["payer"]["buyer_reference"] = document["payer"]["buyer_reference"] or document["payer"]["customer_no"]
    return document


def outside_scope() -> dict:
    document = samples.golden("1000")
    for line in samples.every_line(document):
        line["vat"] = {"code": "O", "category": "O", "percent": 0}
    document["vat"] = [{"code": "O", "category": "O", "percent": 0, "base": document["net"], "tax": Decimal("0.00"),
                        "base_home": None, "tax_home": None, "text": "Utanför momsens tillämpningsområde.",
                        "exemption": "VATEX-EU-O"}]
    document |= {"tax": Decimal("0.00"), "total": document["net"]}
    return document


def danish() -> dict:
    document = samples.golden("1000")
    document["seller"] |= {"country": "DK", "org_no": "31261430", "vat_no": "DK31261430", "bankgiro": "81234567",
                           "f_tax": False, "office": None}
    document["reference"] = {"kind": "fik", "text": "000000202600011"}
    return document


def discounted() -> dict:
    """Usage of which rings, bundles and included units took a part, or all."""
    document = samples.golden("1002")
    for line in samples.every_line(document):
        if line["kind"] == "usage":
            line |= {"discount": Decimal("16.18"), "regular": line["net"] + Decimal("16.18")}
    return document


KINDS = {
    "golden, one contract": samples.short, "group": samples.group, "3 000 lines": lambda: samples.group(120),
    "mixed VAT, rounding, negative line": samples.rounded, "credit": samples.credit, "awkward names": samples.awkward,
    "outside scope": outside_scope, "with every call": lambda: samples.golden("1002"),
    "reverse charge": lambda: samples.golden("4000"), "discounts": discounted,
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_a_document_is_valid(make):
    document = business(make())
    number = 0
    lines = list(samples.every_line(document))
    for line in lines:
        number += 1
        line["no"] = number
    document["period"] = {"from": min(one["from"] for one in lines), "through": max(one["through"] for one in lines)}
    data = einvoice.xml(document)
    is_valid(data)
    assert data == einvoice.xml(copy.deepcopy(document))


def test_calls_come_along_and_hide_nothing_that_is_masked():
    document = business(samples.golden("1002"))
    listed = einvoice._calls(document).decode()
    calls = [call for number in document["specification"]["numbers"] for call in number["calls_list"]]
    assert calls and len(listed.splitlines()) == len(calls) + 1
    assert all("xxx" in line for line in listed.splitlines()[1:])


@pytest.mark.parametrize(("field", "value", "says"), [
    ("org_no", None, "lacks einvoice_id"), ("country", "US", "lacks einvoice_id")])
def test_a_payer_without_an_address_in_the_network(field, value, says):
    document = samples.short()
    document["payer"] |= {"einvoice_id": None, field: value}
    with pytest.raises(LeissnerError, match=says):
        einvoice.xml(document)
    assert einvoice.attachment(document) is None


def test_the_verdict_names_the_broken_rule():
    data = einvoice.xml(business(samples.short()))
    assert einvoice.verdict(data) == ("valid", [])
    verdict, findings = einvoice.verdict(data.replace(b">135.24</cbc:PayableAmount", b">136.24</cbc:PayableAmount"))
    assert verdict == "invalid" and "BR-CO-16" in findings[0]


def test_danish_payment_goes_by_fik():
    data = einvoice.xml(business(danish())).decode()
    assert "<cbc:PaymentMeansCode>93</cbc:PaymentMeansCode><cbc:PaymentID>71#000000202600011</cbc:PaymentID>" in data
    assert "<cbc:ID>81234567</cbc:ID>" in data


def test_a_run_is_written_and_written_again(leissner, conn, tmp_path):  # noqa: F811
    conn.execute("update billing.customer set delivery = 'einvoice', einvoice_id = case customer_no "
                 "when '1000' then 'who knows' when '2000' then null else '0088:7300010000001' end")
    outcome = leissner("bill", "run", "--through", THROUGH)
    assert outcome.code == 1 and "einvoice_id" in outcome.out
    conn.execute("update billing.customer set einvoice_id = '556016-0680' where customer_no = '1000'")
    done(leissner("bill", "discard", 1, "--yes"))
    run = json.loads(done(leissner("bill", "run", "--through", THROUGH, "--json")).out)
    done(leissner("bill", "approve", run["run"], "--date", "2026-11-01", "--yes"))
    for _ in range(2):
        made = done(leissner("bill", "einvoice", run["run"], "--to", tmp_path, "--json"))
        assert json.loads(made.out) == {"written": run["documents"], "failed": 0}
        files = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
        assert len(files) == run["documents"]
    for data in files.values():
        is_valid(data)
    delivered = rows(conn, "select file, digest from billing.delivery where channel = 'einvoice'")
    assert {file: hashlib.sha256(data).digest() for file, data in files.items()} == dict(delivered)
    name = min(files)
    assert "valid by the rules" in done(leissner("bill", "xml", name.removesuffix(".xml"), tmp_path / "one")).out
    assert (tmp_path / "one").read_bytes() == files[name]
    pdf = tmp_path / "one.pdf"
    done(leissner("bill", "pdf", name.removesuffix(".xml"), pdf))
    assert pypdf.PdfReader(pdf).attachments[name] == [files[name]]
