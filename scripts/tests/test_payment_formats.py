"""Payment files: every sample gives its figures or its refusal; a broken file gives a sentence, never a payment."""

import datetime as dt
import gzip
import os
import re
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leissner.scripts.demo.bank_files import Row, bgmax, camt054, ktl, ocr_giro
from leissner.scripts.errors import LeissnerError
from leissner.scripts.payment_formats import Reference, read

SAMPLES = Path(__file__).parent / "samples" / "payments"
SHARED = Path(__file__).parents[2].parent / "shared" / "samples" / "payments"

# name: format, version, account, payments, their sum, batches, identity, first key
LOADED = {
    "own-bgmax.txt": ("bgmax", "01", "58056177", 5, "2693.50", 1, "20261105173035010331/58056177",
                      "58056177/2026/00074/20/230000000101/1"),
    "bgmax-bankgirot-example.txt": ("bgmax", "01", "9912346", 7, "9900.00", 2, "20040525173035010331/9912346",
                                    "9912346/2004/00074/20/000000000010/1"),
    "own-ocrgiro.txt": ("ocrgiro", "1", "99991042764", 3, "1669.00", 1, "00010200/0170031/2026-11-05",
                        "00010200/0170031/2026-11-05/0000001/0000001/1"),
    "ocrgiro-netsgiro.txt": ("ocrgiro", "1", "99991042764", 20, "51449.00", 1, "00010200/0170031/1992-01-20",
                             "00010200/0170031/1992-01-20/0000002/0000001/1"),
    "ocrgiro-java-1.txt": ("ocrgiro", "1", "99991111111", 23, "15630.00", 1, "00010200/0170031/2004-03-24",
                           "00010200/0170031/2004-03-24/0000001/0000001/1"),
    "own-ktl.txt": ("ktl", "1", "12345600000785", 3, "124.50", 1, "2611050600/123456789",
                    "12345600000785/2026-11-05/1105593619AB0001/0/1"),
    "own-camt054-v02.xml": ("camt.054", "02", "SE4550000000058398257466", 2, "1744.00", 1,
                            "C054-20261105-0001/20261105-58056177-00074/SE4550000000058398257466",
                            "SE4550000000058398257466/2026-11-05/5490990074/230000000101/1"),
    "own-camt054-v08.xml": ("camt.054", "08", "NO9799991042764", 2, "1519.00", 1,
                            "NO-20261105-77/NO-20261105-77-1/NO9799991042764",
                            "NO9799991042764/2026-11-05/20261105KID0001/099038562/1"),
    "own-camt053-v08.xml": ("camt.053", "08", "FI2112345600000785", 3, "124.50", 3,
                            "2026-11-05-FI21/FI2112345600000785/2026-11-05",
                            "FI2112345600000785/2026-11-05/1105593619AB0001/1105593619AB0001/1"),
    "camt053-v02-multi.xml": ("camt.053", "02", "NL26VAYB8060476890", 2, "1.85", 2,
                              "253EURNL26VAYB8060476890/NL26VAYB8060476890/2014-12-31"
                              "+254EURNL26VAYB8060476890/NL26VAYB8060476890/2014-12-31",
                              "253EURNL26VAYB8060476890/NL26VAYB8060476890/2014-12-31/entry 1/1"),
    "camt054-v02-genkgo.xml": ("camt.054", "02", "CH2801234000123456789", 1, "-200000.00", 1,
                               "AAAASESS-FP-ACCR001/1/AAAASESS-FP-ACCR001/CH2801234000123456789",
                               "CH2801234000123456789/2007-10-18/AAAASESS-FP-ACCR001/1"),
}
REFUSED = {
    "avtalegiro-request.txt": "AvtaleGiro (service 21)",
    "camt053-v02-wrong.xml": "without a single Stmt",
    "camt053-v08-genkgo.xml": "Stmt[1]/Bal/Amt: the balance CLBD is in SEK; right would be EUR",
}


def sample(name: str) -> Path:
    path = SAMPLES / name if name.startswith("own-") else SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not here")
    return path


@pytest.mark.parametrize("name", LOADED)
def test_a_sample_loads_with_its_figures(name):
    file = read(sample(name))
    payments = list(file.payments)
    total = sum(one.amount for one in payments)
    assert (file.format, file.version, *file.accounts, len(payments), f"{total}", len(file.batches), file.identity,
            payments[0].key) == LOADED[name]
    assert len({one.key for one in payments}) == len(payments)
    assert len({batch.key for batch in file.batches}) == len(file.batches)
    assert total == sum(batch.amount for batch in file.batches)
    assert len(payments) == sum(batch.count for batch in file.batches)
    assert all(one.amount < 0 for one in payments if one.kind != "payment") and not file.is_test
    assert all(one.account in file.accounts and one.raw for one in payments)


@pytest.mark.parametrize("name", REFUSED)
def test_a_sample_is_refused_for_the_right_reason(name):
    with pytest.raises(LeissnerError) as refused:
        read(sample(name))
    assert name in str(refused.value) and REFUSED[name] in str(refused.value) and refused.value.hint


def test_no_sample_is_forgotten():
    if not SHARED.exists():
        pytest.skip("the samples are not here")
    assert {path.name for path in SHARED.iterdir()} == set(LOADED) | set(REFUSED)


def test_bgmax_says_what_the_bank_says():
    one, two, deduction, slip, typed = read(SAMPLES / "own-bgmax.txt").payments
    assert one.references == (Reference("2026000105", None, "checked"),)
    assert (one.payer_name, one.payer_account, one.payer_org_no, one.payer_address, one.channel) == (
        "Kalles Plåt AB", "3783511", "5500001234", "Storgatan 2\n12345 Storåker", "supplier payment")
    assert [reference.text for reference in two.references] == ["2026000204", "2026000303"]
    assert two.texts == ("2026000204 2026000303", "Betalar två fakturor 2026000204", "och 2026000303")
    assert (deduction.kind, deduction.amount) == ("deduction", Decimal("-250.00"))
    assert (slip.references, slip.payer_account, slip.payer_name) == ((), None, "Berit Öst")
    assert typed.references == (Reference("FAKTURA 20260005", None, "typed"),)
    assert typed.raw == "200000000000FAKTURA 20260005         000000000000019950311300000000550"


def test_ocr_giro_and_ktl_say_what_the_bank_says():
    file = read(SAMPLES / "own-ocrgiro.txt")
    giro, standing, terminal = file.payments
    assert file.ibans == {"99991042764": "NO9799991042764"}
    assert giro.references == (Reference("20260001233", None, "checked"),) and giro.payer_account == "99990512341"
    assert standing.references[0].text == "2026000129-" and standing.channel == "AvtaleGiro"
    assert (terminal.references, terminal.texts) == ((), ("Faktura 2026000130 fra kiosk",))
    file = read(SAMPLES / "own-ktl.txt")
    one, two, correction = file.payments
    assert file.ibans == {"12345600000785": "FI2112345600000785"}
    assert (two.payer_name, two.channel) == ("MÄKINEN AINO", "customer")
    assert (correction.kind, correction.amount, correction.original_key) == ("reversal", Decimal("-49.90"), None)
    assert correction.references == (Reference("00000000000202600020", None, "checked"),)


def test_camt_says_what_the_bank_says():
    one, two = read(SAMPLES / "own-camt054-v02.xml").payments
    assert one.references == (Reference("2026000105", None, "checked"),) and one.payee_number == "58056177"
    assert (one.payer_name, one.payer_account, one.channel) == ("Kalles Plåt AB", "3783511", "PMNT/RCDT/VCOM")
    assert (two.references, two.texts) == ((), ("Faktura oktober",))
    one, two = read(SAMPLES / "own-camt054-v08.xml").payments
    assert (one.payer_name, two.references[0].text) == ("Kari Nordmann", "2026000129-")
    file = read(SAMPLES / "own-camt053-v08.xml")
    assert file.kind == "statement" and [one.kind for one in file.payments] == ["payment", "payment", "reversal"]
    debit = read(sample("camt054-v02-genkgo.xml"))
    (whole,) = debit.payments
    assert whole.note == "It is 3 payments, and it is not said what each comes to." and len(whole.references) == 4
    assert debit.copy == "CODU"


# -- files as they come in practice: they load, and say the same -------------------------------------------------------


def swap(*pairs):
    """A mutation: each text replaced by another, wherever it stands; all must be there."""
    def change(data: bytes) -> bytes:
        for old, new in zip(pairs[::2], pairs[1::2], strict=True):
            old, new = (text if isinstance(text, bytes) else text.encode("latin-1") for text in (old, new))
            assert old in data, old
            data = data.replace(old, new)
        return data
    return change


def per_line(change):
    return lambda data: b"\r\n".join(map(change, data.split(b"\r\n")))


def lines(change):
    """A mutation of the list of lines."""
    return lambda data: b"\r\n".join(change(data.rstrip(b"\r\n").split(b"\r\n")) + [b""])


def without(*starts):
    return lines(lambda rows: [row for row in rows if not row.startswith(tuple(start.encode() for start in starts))])


def amounts(file):
    return [f"{one.amount}" for one in file.payments]


B, N, K = "own-bgmax.txt", "own-ocrgiro.txt", "own-ktl.txt"
C2, C8, S = "own-camt054-v02.xml", "own-camt054-v08.xml", "own-camt053-v08.xml"
MIXED = [  # an assignment of AvtaleGiro in the same transmission
    "NY21002000000000040000868888888888800000",
    "NY2121300000001170604           00000000000000100          008000011688373",
    "NY2121310000001NAVN", "NY21008800000001000000040000000000000010017060417060417060"]
SECOND = ("<RmtInf><Ustrd>Faktura oktober</Ustrd></RmtInf>", "<RmtInf><Strd><RfrdDocAmt><RmtdAmt Ccy='SEK'>{}</RmtdAmt>"
          "</RfrdDocAmt><CdtrRefInf><Ref>2026000204</Ref></CdtrRefInf></Strd><Strd><RfrdDocAmt><CdtNoteAmt Ccy='SEK'>1"
          "</CdtNoteAmt></RfrdDocAmt><CdtrRefInf><Ref>2026000303</Ref></CdtrRefInf></Strd></RmtInf>")


UNCLEAR = "The amounts of its references do not come to the payment."


def part_amounts(first: str, second: str):
    """The two extra references of own-bgmax's second payment with amounts."""
    return lambda data: lines(lambda rows: [
        row[:37] + amount.encode() + row[55:] if (amount := {8: first, 9: second}.get(place)) else row
        for place, row in enumerate(rows)])(data)


def mixed(data: bytes) -> bytes:
    rows = data.decode().split("\r\n")
    rows[-2:-2] = [row.ljust(80, "0") for row in MIXED]
    return swap("NY00008900000003000000110000000000016690", "NY00008900000004000000150000000000016700")(
        "\r\n".join(rows).encode())


FINE = {  # name: sample, mutation, what of the file, what that is
    "blanks cut": (B, per_line(bytes.rstrip), amounts, None),
    "no last newline": (B, bytes.rstrip, amounts, None),
    "LF": (B, swap("\r\n", "\n"), amounts, None),
    "CR": (B, swap("\r\n", "\r"), amounts, None),
    "end of file of DOS": (B, lambda data: data + b"\x1a", amounts, None),
    "UTF-8": (B, lambda data: data.decode("latin-1").encode(), lambda file: file.payments[0].payer_name,
              "Kalles Plåt AB"),
    "UTF-8 with BOM": (B, lambda data: b"\xef\xbb\xbf" + data.decode("latin-1").encode(),
                       lambda file: file.payments[0].payer_name, "Kalles Plåt AB"),
    "from a Mac": (B, lambda data: data.decode("latin-1").encode("mac-roman"), amounts, None),
    "blank lines": (B, swap("\r\n", "\r\n\r\n"), amounts, None),
    "blank lines before": (B, lambda data: b"\r\n  \r\n" + data, amounts, None),
    "tabs": (B, swap("220003783511               2026000204", "220003783511\t\t   2026000204"), amounts, None),
    "no serial numbers": (B, swap("230000000101", " " * 12, "230000000102", " " * 12, "230000000103", " " * 12,
                                  "430000000007", " " * 12, "130000000055", " " * 12),
                          lambda file: [one.key.rsplit("/", 3)[1:] for one in file.payments],
                          [["20", "", "1"], ["20", "", "2"], ["21", "", "1"], ["20", "", "3"], ["20", "", "4"]]),
    "one serial twice": (B, swap("430000000007", "130000000055"), lambda file: [
        one.key for one in file.payments][-2:], ["58056177/2026/00074/20/130000000055/1",
                                                "58056177/2026/00074/20/130000000055/2"]),
    "an unknown record": (B, swap("25och", "34och"), lambda file: file.ignored, {"34": 1}),
    "a mark on the deposit": (B, swap("SEK00000005 ", "SEK00000005K"), amounts, None),
    "a test": (B, swap("010331P", "010331T"), lambda file: file.is_test, True),
    "a reserved reference code": (B, swap("2026000105000000000000124500222", "2026000105000000000000124500722"),
                                  lambda file: file.payments[0].references[0].quality, "typed"),
    "parts that add up": (B, part_amounts("000000000000060000", "000000000000040000"), lambda file: [
        (f"{one.amount}", file.payments[1].note) for one in file.payments[1].references],
        [("600.00", None), ("400.00", None)]),
    "parts that do not": (B, part_amounts("000000000000060000", "000000000000040001"),
                          lambda file: file.payments[1].note, UNCLEAR),
    "no payments": (B, lambda data: data[:82] + f"70{0:032}".encode(), lambda file: (file.payments, file.identity),
                    ([], "20261105173035010331")),
    "text items cut": (N, per_line(lambda row: row[:47].rstrip() if row[6:8] == b"32" else row),
                       lambda file: file.payments[2].texts, ("Faktura 2026000130 fra kiosk",)),
    "an empty transmission": (N, lambda data: data[:82] + b"NY000089000000000000000200000000000000000000000".ljust(
        80, b"0"), lambda file: (file.payments, file.identity), ([], "00010200/0170031/000000")),
    "AvtaleGiro beside it": (N, mixed, lambda file: (amounts(file), file.ignored),
                             (["1020.00", "499.00", "150.00"], {"service 21": 4})),
    "the day sent again": (N, swap("0170031", "0170032"), lambda file: [one.trace for one in file.payments], [
        one.trace for one in read(SAMPLES / N).payments]),
    "a credit note": (N, swap(
        "NY0921300000003051126010500007300000000000001500", "NY09213000000030511260105000073-0000000000001500",
        "00000000166900", "00000000136900"), lambda file: [(one.kind, f"{one.amount}") for one in file.payments][2],
        ("deduction", "-150.00")),
    "a reversal, added up": (N, swap("NY092130", "NY092030", "NY092131", "NY092031", "NY092132", "NY092032"),
                             lambda file: [(one.kind, f"{one.amount}") for one in file.payments][2],
                             ("reversal", "-150.00")),
    "blanks cut in KTL": (K, per_line(bytes.rstrip), amounts, None),
    "sums without fillers": (K, per_line(lambda row: row[:35] if row[:1] == b"9" else row), amounts, None),
    "sums filled with zeros": (K, per_line(lambda row: row.rstrip().ljust(90, b"0") if row[:1] == b"9" else row),
                               amounts, None),
    "7-bit Finnish": (K, swap(b"M\xc4KINEN", "M[KINEN"), lambda file: file.payments[1].payer_name, "MÄKINEN AINO"),
    "two batches": (K, lambda data: data + data.replace(b"0600", b"0700").replace(b"AB0", b"CD0"),
                    lambda file: (len(file.payments), file.identity, len(file.batches)),
                    (6, "2611050600/123456789+2611050700/123456789", 1)),
    "a factoring line": (K, swap("\r\n9", "\r\nS1234\r\n9"), lambda file: file.ignored, {"S": 1}),
    "a debit that failed": (K, swap(
        "3123456000007852611052611041105593619AB0001", "5123456000007852611052611041105593619AB0001",
        "00000124500A ", "00000124500A2", "9000002000000174400000010000000499000000000000000000",
        "9000001000000049900000010000000499000000100000012450"),
        lambda file: (amounts(file), file.ignored), (["49.90", "-49.90"], {"5, not paid: 2": 1})),
    "its own correction": (K, swap("AB0009", "AB0002"), lambda file: file.payments[2].original_key,
                           "12345600000785/2026-11-05/1105593619AB0002/0/1"),
    "BOM and blanks before XML": (C2, lambda data: b"\xef\xbb\xbf\n  " + data, amounts, None),
    "ISO 8859-1 XML": (C2, lambda data: data.decode().replace("UTF-8", "ISO-8859-1").encode("latin-1"),
                       lambda file: file.payments[0].payer_name, "Kalles Plåt AB"),
    "a bank's namespace": (C2, swap("001.02", "001.02.seb.3"), lambda file: file.version, "02"),
    "another version": (C8, swap("001.08", "001.13"), lambda file: (file.version, amounts(file)),
                        ("13", ["1020.00", "499.00"])),
    "an envelope": (C8, swap("<Document", "<Envelope xmlns='urn:x'><AppHdr xmlns='urn:iso:std:iso:20022:tech:xsd:"
                             "head.001.001.01'><BizMsgIdr>1</BizMsgIdr></AppHdr><Document", "</Document>",
                             "</Document></Envelope>"), amounts, None),
    "prefixes": (C8, lambda data: re.sub(rb"<(/?)([A-Z])", rb"<\1c:\2", data).replace(b"xmlns=", b"xmlns:c="),
                 amounts, None),
    "five decimals": (C2, swap("1245.00", "1245.00000", "1744.00", "1744"), amounts, None),
    "an instant near midnight": (C2, swap("<BookgDt><Dt>2026-11-05</Dt>", "<BookgDt><DtTm>2026-11-05T23:30:00Z</DtTm>"),
                                 lambda file: f"{file.payments[0].booked_on}", "2026-11-06"),
    "no booking day": (C2, swap("<BookgDt><Dt>2026-11-05</Dt></BookgDt>", ""),
                       lambda file: f"{file.payments[0].booked_on}", "2026-11-05"),
    "an empty reference": (C2, swap("<Ref>2026000105</Ref>", "<Ref> </Ref>"), lambda file: file.payments[0].references,
                           ()),
    "one bank reference for all": (C2, swap("430000000007", "230000000101"), lambda file: [
        one.key[-14:] for one in file.payments], ["230000000101/1", "230000000101/2"]),
    "not booked yet": (C2, swap("BOOK", "PDNG"), lambda file: (file.payments, file.ignored), ([], {"Ntry PDNG": 1})),
    "charges kept of one": (C2, swap(
        "1744.00", "1741.00", "<RmtInf><Ustrd>", "<Chrgs><Amt Ccy='SEK'>3</Amt></Chrgs><RmtInf><Ustrd>"),
        amounts, ["1245.00", "496.00"]),
    "charges kept of all": (C2, swap(
        "1744.00", "1741.00", "<NtryDtls>", "<Chrgs><Amt Ccy='SEK'>3.00</Amt></Chrgs><NtryDtls>"),
        amounts, ["1245.00", "499.00", "-3.00"]),
    "no details of a batch": (C2, lambda data: re.sub(rb"(?s)<TxDtls>.*</TxDtls>", b"", data),
                              lambda file: (amounts(file), file.payments[0].note), (
        ["1744.00"], "It is 2 payments whose details are not in the file: wait for the file that has them.")),
    "references with amounts": (C2, swap(SECOND[0], SECOND[1].format(500)), lambda file: [
        (one.text, f"{one.amount}") for one in file.payments[1].references],
        [("2026000204", "500.00"), ("2026000303", "-1.00")]),
    "references that do not add up": (C2, swap(SECOND[0], SECOND[1].format(501)), lambda file: (
        file.payments[1].note, file.payments[1].references[0].amount),
        (UNCLEAR, None)),
    "an invoice number": (C2, swap(
        SECOND[0], "<RmtInf><Strd><RfrdDocInf><Nb>20260007</Nb></RfrdDocInf></Strd></RmtInf>"),
        lambda file: file.payments[1].references, (Reference("20260007", None, "typed"),)),
    "a bankgiro in NtryRef": (C2, swap("<Ntry>", "<Ntry><NtryRef>BG50501055</NtryRef>"),
                              lambda file: file.payments[1].payee_number, "50501055"),
    "a debit": (C2, swap("CRDT", "DBIT"), lambda file: (amounts(file), file.payments[0].kind, file.payments[0].note),
                (["-1245.00", "-499.00"], "deduction", "Money that left the account: nothing that a payer paid.")),
    "a return": (C2, swap("CRDT", "DBIT", "VCOM", "RRTN"), lambda file: (amounts(file), file.payments[0].kind),
                 (["-1245.00", "-499.00"], "reversal")),
    "our money back": (C2, swap("<Sts>", "<RvslInd>true</RvslInd><Sts>"), lambda file: (
        amounts(file), file.payments[0].kind, file.payments[0].note), (
        ["1245.00", "499.00"], "payment", "Money that was paid out came back: nothing that a payer paid.")),
    "a copy": (C2, swap("<Acct><Id><IBAN>", "<CpyDplctInd>DUPL</CpyDplctInd><Acct><Id><IBAN>"), lambda file: file.copy,
               "DUPL"),
    "without the bank's references": (S, swap("<AcctSvcrRef>1105593619AB0001</AcctSvcrRef>", ""), lambda file: (
        file.payments[0].key, bool(file.payments[0].trace)),
        ("2026-11-05-FI21/FI2112345600000785/2026-11-05/1/1", True)),
    "another opening balance": (S, swap("OPBD", "PRCD"), amounts, None),
}


@pytest.mark.parametrize("name", FINE)
def test_what_is_odd_but_right_loads(tmp_path, name):
    base, change, look, right = FINE[name]
    path = tmp_path / base
    path.write_bytes(change((SAMPLES / base).read_bytes()))
    assert look(read(path)) == (right if right is not None else look(read(SAMPLES / base)))


def test_pages_are_judged_together(tmp_path):
    """Both pages say what the whole message comes to; the order in which they are given does not matter."""
    whole = (SAMPLES / C8).read_bytes()
    head, entry, tail = re.fullmatch(rb"(?s)(.*?)(<Ntry>.*</Ntry>)(.*)", whole).groups()
    head = swap("</GrpHdr>", "<MsgPgntn><PgNb>%s</PgNb><LastPgInd>%s</LastPgInd></MsgPgntn></GrpHdr>",
                "</Acct>", "</Acct><TxsSummry><TtlCdtNtries><Sum>3038</Sum></TtlCdtNtries></TxsSummry>")(head)
    one, two = tmp_path / "one.xml", tmp_path / "two.xml"
    one.write_bytes(head % (b"1", b"false") + entry + tail)
    two.write_bytes(head % (b"2", b"true") + entry.replace(b"0990385", b"1990385") + tail)
    for page in (one, two):
        with pytest.raises(LeissnerError, match="all its pages"):
            read(page)
    file, other = read(one, others=[two]), read(two, others=[one])
    assert file.payments == other.payments and amounts(file) == ["1020.00", "499.00"] * 2
    assert file.identity == other.identity == "NO-20261105-77/1-2/NO-20261105-77-1/NO9799991042764"
    with pytest.raises(LeissnerError, match="page 1 twice"):
        read(one, others=[one])
    for other, words in ((SAMPLES / S, "no page of one.xml"), (SAMPLES / C2, "as on the other pages")):
        with pytest.raises(LeissnerError, match=words):
            read(one, others=[other])
    two.write_bytes(prolog(LAUGHS)(two.read_bytes()))
    with pytest.raises(LeissnerError, match="two.xml declares a document type"):
        read(one, others=[two])
    with pytest.raises(LeissnerError, match="has no pages"):
        read(SAMPLES / B, others=[one])


# -- broken files ------------------------------------------------------------------------------------------------------

TRANSMISSION = b"NY000010" + b"00008080" + b"0170031" + b"00010200" + b"0" * 49
LAUGHS = b"<!DOCTYPE lolz [<!ENTITY a 'ha'>" + b"".join(
    b"<!ENTITY %c '%s'>" % (98 + place, b"&%c;" % (97 + place) * 10) for place in range(9)) + b"]>"


def cut(at: int):
    return lambda data: data[:at]


def prolog(text: bytes):
    """A mutation of XML: something between its declaration and its root."""
    return lambda data: data.replace(b"?>", b"?>" + text, 1)


def twice(first: bytes, last: bytes, change=lambda data: data):
    """A mutation: what stands from one line to another comes twice."""
    def copy(data: bytes) -> bytes:
        start, end = data.index(first), data.index(last)
        return change(data[:end] + data[start:end] + data[end:])
    return copy


BROKEN = {  # name: sample, mutation, words of the sentence
    # what is no payment file
    "empty": (B, lambda data: b"", "is empty"),
    "blanks only": (B, lambda data: b" \r\n" * 99, "nothing but blanks"),
    "gzip": (B, gzip.compress, "is packed"),
    "zip": (B, lambda data: b"PK\x03\x04" + data, "is packed"),
    "UTF-16": (B, lambda data: data.decode("latin-1").encode("utf-16"), "is UTF-16"),
    "UTF-16 without a mark": (B, lambda data: data.decode("latin-1").encode("utf-16-le"), "is UTF-16"),
    "UTF-16 XML": (C8, lambda data: data.decode().encode("utf-16-be"), "is UTF-16"),
    "a PDF": (B, lambda data: b"%PDF-1.7\n" + data, "a document or a picture"),
    "a log-in page": (B, lambda data: b"<!DOCTYPE html><html>", "is a web page"),
    "CREMUL": (B, lambda data: b"UNA:+.? 'UNB+UNOC:3+0001+0002+261105:1200+1'", "CREMUL"),
    "CREMUL without UNA": (B, lambda data: b"UNB+UNOC:3+0001+0002+261105:1200+1'", "CREMUL"),
    "SIE": (B, lambda data: b"#FLAGGA 0\r\n#SIETYP 4\r\n", "accounting, not payments"),
    "a CSV": (B, lambda data: b"date;amount\r\n2026-11-05;12,50\r\n", "begins with 'date;amount'"),
    "noise": (B, lambda data: bytes(range(128, 256)) * 99, "no payment file that is known here"),
    "a line of 10 MB": (B, lambda data: data[:82] + b"2" * (10 << 20) + data[82:], "line 2: has 10485842 characters"),
    "NUL bytes": (B, swap("Kalles", "K\0lles"), "line 4: has the byte 00"),
    "control characters": (B, swap("Kalles", "K\x1blles"), "has the byte 1B"),
    "pain.001": (C8, swap("camt.054.001.08", "pain.001.001.03"), "is pain.001"),
    "camt.052": (C8, swap("camt.054", "camt.052"), "is camt.052"),
    "other XML": (C8, lambda data: b"<invoice xmlns='urn:x'/>", "its first element is invoice"),
    "Betalingsservice": (B, lambda data: b"BS00212345678BS10602", "Betalingsservice (BS), which is not read here"),
    # BgMax
    "BgMax cut in a line": (B, cut(700), "ends without its last record"),
    "BgMax cut after a section": (B, cut(82 * 17), "70 at the end"),
    "BgMax without its first line": (B, lambda data: data[82:], "begins with '05"),
    "no 15": (B, without("15"), "ends inside the section of line 2"),
    "no 70": (B, without("70"), "ends without its last record"),
    "no 05": (B, without("05"), "outside a section"),
    "version 02": (B, swap("0120261105173035010331P", "0220261105173035010331P"), "version (23–24): '02'"),
    "a mark that is none": (B, swap("010331P", "010331X"), "mark (45): 'X'"),
    "a wrong sum": (B, swap("000000000000269350", "000000000000269351"),
                    "line 17, deposit amount (51–68): the file says 2693.51; right would be 2693.50"),
    "a digit of an amount": (B, swap("000000000000124500", "000000000000124600"), "right would be 2694.50"),
    "a wrong count": (B, swap("SEK00000005", "SEK00000004"), "payments (72–79): the file says 4; right would be 5"),
    "a wrong count at the end": (B, swap("7000000004", "7000000005"), "line 18, number of payments (3–10)"),
    "a wrong count of references": (B, swap("7000000004000000010000000200000001", "7000000004000000010000000300000001"),
                                    "number of extra references (19–26)"),
    "a payment left out": (B, without("200000000000FAKTURA"), "number of payments (72–79): the file says 5"),
    "a payment twice": (B, twice(b"200000000000  ", b"200000000000F"), "right would be 6"),
    "a section twice": (B, twice(b"05005805", b"70000000"), "deposit 58056177/2026/00074 is in the file twice"),
    "two files in one": (B, lambda data: data * 2, "more after the last record"),
    "the lines in reverse": (B, lines(lambda rows: rows[::-1]), "begins with '7000"),
    "the middle in reverse": (B, lines(lambda rows: [rows[0], *rows[-2:0:-1], rows[-1]]), "a section ends (15)"),
    "letters in an amount": (B, swap("000000000000124500", "0000000000001245OO"), "'0000000000001245OO' is no number"),
    "a minus in an amount": (B, swap("000000000000124500", "-00000000000124500"), "18 digits"),
    "a blank amount": (B, swap("000000000000124500", " " * 18), "is no number"),
    "Arabic digits": (B, lambda data: data.decode("latin-1").replace("124500", "12450\u0660").encode(), "18 digits"),
    "euro": (B, swap("          SEK", "          EUR"), "currency (23–25): 'EUR'; right would be SEK"),
    "euro at the end": (B, swap("269350SEK", "269350EUR"), "currency (69–71): 'EUR'"),
    "30 February": (B, swap("20261105000740", "20260230000740"), "payment day (38–45): 20260230 is no date"),
    "no bankgiro": (B, swap("050058056177", "050000000000"), "bankgiro (3–12): no number"),
    "letters for a record type": (B, swap("\r\n25och", "\r\nZZoch"), "'ZZ' is no record type"),
    "another payment's reference": (B, swap("2026000303000000000000000000222300000001020",
                                            "2026000303000000000000000000222300000009990"),
                                    "a reference of the payment 230000000999 below the payment 230000000102"),
    "details of nothing": (B, lines(lambda rows: [*rows[:2], rows[3], *rows[2:]]), "26 without a payment"),
    "a line too long": (B, swap("26Berit", "26" + "x" * 90), "80 at most"),
    "letters in the stamp": (B, swap("0120261105173035010331P", "01202611O5173035010331P"), "creation stamp (25–44)"),
    # OCR giro
    "OCR giro cut": (N, cut(500), "ends without its last record"),
    "an assignment left open": (N, without("NY090088"), "ends inside the assignment of line 2"),
    "no end": (N, without("NY000089"), "NY000089 at the end"),
    "a wrong amount": (N, swap("NY09008800000003000000090000000000016690", "NY09008800000003000000090000000000016691"),
                       "line 10, amount (25–41): the file says 1669.10; right would be 1669.00"),
    "a wrong amount of all": (N, swap("0000001100000000000166900", "0000001100000000000166800"),
                              "line 11, amount (25–41)"),
    "wrong records": (N, swap("0000000300000009", "0000000300000008"), "records (17–24): the file says 8"),
    "wrong transactions": (N, swap("NY0900880000000300", "NY0900880000000400"), "transactions (9–16): the file says 4"),
    "a sign that is none": (N, swap("NY091030000000105112601051000710", "NY09103000000010511260105100071+"),
                            "sign (32): '+'"),
    "a sign turned": (N, swap("NY091030000000105112601051000710", "NY09103000000010511260105100071-"),
                      "right would be -371.00"),
    "item 2 missing": (N, lambda data: swap("000000030000000900", "000000030000000800", "000000030000001100",
                                            "000000030000001000")(without("NY0915310000002")(data)), "no amount item"),
    "item 2 of another": (N, swap("NY0915310000002", "NY0915310000007"), "with no record 30 of that number"),
    "a reversal of item 1 only": (N, swap("NY091030", "NY091830"), "item 31 of type 10 below one of type 18"),
    "a day outside": (N, swap("NY0910300000001051126", "NY0910300000001061126"), "2026-11-06; right would be a day"),
    "no day": (N, swap("051126", "321126"), "321126 is no date"),
    "a service inside another": (N, swap("NY091531", "NY211531"), "outside an assignment of its service"),
    "only services that nobody knows": (N, lambda data: TRANSMISSION + b"\nNY040020" + b"0" * 72 + b"\nNY040088"
                                        + b"0" * 8 + b"00000002" + b"0" * 56 + b"\nNY000089" + b"0" * 8 + b"00000004"
                                        + b"0" * 56, "service 04, and no payments of OCR giro"),
    # KTL
    "KTL cut": (K, cut(276), "ends without the sums"),
    "a wrong sum in KTL": (K, swap("00000017440", "00000017441"), "sum of payments (8–18): the file says 174.41"),
    "a correction taken for a payment": (K, swap("49901J", "49900J"), "number of payments (2–7)"),
    "markka": (K, swap("MAT1J", "MAT0J"), "currency (76): '0'; right would be 1, for EUR"),
    "a mark unknown": (K, swap("49901J", "49902J"), "correction mark (88): '2'"),
    "KTL without its batch": (K, lambda data: data + data[92:], "outside a batch"),
    "the same batch twice": (K, lambda data: data * 2, "the same batch twice"),
    "a hyphen in an amount": (K, swap("00000124500A", "000001245-0A"), "is no number"),
    "the 31st of April": (K, swap("785261105", "785260431"), "260431 is no date"),
    # camt
    "XML cut": (C2, cut(900), "not well-formed XML"),
    "an XML bomb": (C2, prolog(LAUGHS), "declares a document type"),
    "an external entity": (C2, prolog(b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"), "declares a"),
    "an external DTD": (C2, prolog(b"<!DOCTYPE Document SYSTEM 'http://127.0.0.1:9/x.dtd'>"), "declares a"),
    "an unknown entity": (C2, swap("Berit", "&e;"), "not well-formed XML"),
    "wrong bytes in UTF-8": (C2, swap("Öst".encode(), b"\xd6st"), "not well-formed XML"),
    "an encoding without its end": (C2, swap('UTF-8"', "UTF-80"), "its encoding is 'UTF-80?>'"),
    "an encoding far away": (C2, swap("encoding", " " * 999 + "encoding", "UTF-8", "UTF-7"), "declaration that cannot"),
    "another thing for XML's first line": (C2, swap("<?xml version", "<?xml verzion"), "not well-formed XML"),
    "UTF-7": (C2, swap("UTF-8", "UTF-7"), "says that its encoding is 'UTF-7'"),
    "a text of 10 MB": (C2, swap("Faktura oktober", "x" * (10 << 20)), "not well-formed XML"),
    "a long text": (C2, swap("Faktura oktober", "x" * 5000), "a text of 5000 characters"),
    "a depth of 10 000": (C2, swap("Faktura oktober", "<x>" * 10_000 + "</x>" * 10_000), "not well-formed XML"),
    "NUL in XML": (C2, swap("Faktura", "F\0ktura"), "not well-formed XML"),
    "two roots": (C2, lambda data: data + data[40:], "not well-formed XML"),
    "no notification": (C2, lambda data: re.sub(rb"(?s)<Ntfctn>.*</Ntfctn>", b"", data), "without a single Ntfctn"),
    "entries in the root": (C2, lambda data: b"<Ntry xmlns='urn:iso:std:iso:20022:tech:xsd:camt.054.001.02'/>",
                            "without a single Ntfctn"),
    "a notification twice": (C2, lambda data: re.sub(rb"(?s)(<Ntfctn>.*</Ntfctn>)", rb"\1\1", data), "Ntfctn[2]/Id: "),
    "no account": (C2, swap("<IBAN>SE4550000000058398257466</IBAN>", ""), "Ntfctn[1]/Acct/Id: no account"),
    "details that do not add up": (C2, swap("499.00", "498.00"), "Ntry[1]/Amt: 1744.00; right would be 1743.00"),
    "an entry's digit": (C2, swap("1744.00", "1745.00"), "right would be 1744.00, the sum of its 2 TxDtls"),
    "a wrong NbOfTxs": (C2, swap("<NbOfTxs>2", "<NbOfTxs>3"), "Btch/NbOfTxs: the file says 3; right would be 2"),
    "a wrong TtlAmt": (C8, swap('TtlAmt Ccy="NOK">1519.00', 'TtlAmt Ccy="NOK">1518.00'), "Btch/TtlAmt: the file says"),
    "a wrong balance": (S, swap("1124.50", "1124.60"), "the closing balance is 1124.60; right would be 1124.50"),
    "a wrong sum of entries": (S, swap("<Sum>174.40", "<Sum>174.30"), "TtlCdtNtries/Sum: the file says 174.30"),
    "a wrong number of entries": (S, swap("<NbOfNtries>1<", "<NbOfNtries>2<"), "TtlDbtNtries/NbOfNtries"),
    "no opening balance": (S, swap("OPBD", "OPAV"), "it has no opening balance"),
    "another currency": (C2, swap('<Ntry><Amt Ccy="SEK">', '<Ntry><Amt Ccy="EUR">'), "EUR; right would be SEK"),
    "no currency": (C2, swap(' Ccy="SEK">499', ">499"), "'' is no currency"),
    "a negative amount": (C2, swap("499.00", "-499.00"), "'-499.00' is no amount"),
    "letters in XML's amount": (C2, swap("499.00", "49O.00"), "TxDtls[2]/AmtDtls/TxAmt/Amt: '49O.00' is no amount"),
    "a comma": (C2, swap("499.00", "499,00"), "'499,00' is no amount"),
    "tenths of a cent": (C2, swap("1245.00", "1245.001"), "more decimals than SEK"),
    "a power of ten": (C2, swap("499.00", "499e9"), "is no amount"),
    "neither in nor out": (C2, swap("CRDT", "CREDIT"), "CdtDbtInd: 'CREDIT'; right would be CRDT or DBIT"),
    "an unknown status": (C2, swap("BOOK", "BOKD"), "Sts: 'BOKD'"),
    "no day at all": (C2, swap("<BookgDt><Dt>2026-11-05</Dt></BookgDt><ValDt><Dt>2026-11-05</Dt></ValDt>", ""),
                      "no booking day and no value day"),
    "a day that is none": (C2, swap("<BookgDt><Dt>2026-11-05", "<BookgDt><Dt>2026-11-31"), "'2026-11-31' is no day"),
    "a page of two": (C2, swap("</CreDtTm></GrpHdr>", "</CreDtTm><MsgPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd>"
                               "</MsgPgntn></GrpHdr>"), "only with all its pages"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_gets_a_sentence(tmp_path, name):
    base, change, words = BROKEN[name]
    path = tmp_path / base
    path.write_bytes(change((SAMPLES / base).read_bytes()))
    began = time.process_time()
    with pytest.raises(LeissnerError) as refused:
        read(path)
    sentence = str(refused.value)
    assert words in sentence and base in sentence, sentence
    assert "\n" not in sentence and len(sentence) < 400 and sentence.endswith(".") and refused.value.hint
    assert time.process_time() - began < 3


def test_what_is_no_file_gets_a_sentence(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, words in ((tmp_path, "is not a file"), (tmp_path / "pipe", "is not a file"),
                        (tmp_path / "none.txt", "There is no file"), (tmp_path / ("x" * 300), "cannot be read")):
        with pytest.raises(LeissnerError, match=words):
            read(path)
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(600 << 20)
    with pytest.raises(LeissnerError, match="more than 512 MB"):
        read(tmp_path / "huge")


def test_a_format_that_is_named_must_be_that():
    assert read(SAMPLES / K, format="ktl").format == "ktl"
    with pytest.raises(LeissnerError, match="upload.dat is KTL, not BgMax"):
        read(SAMPLES / K, "upload.dat", format="bgmax")
    with pytest.raises(LeissnerError, match="There is no payment format mt940"):
        read(SAMPLES / K, format="mt940")


def test_betalingsservice_is_read_where_it_is_allowed(tmp_path):
    def record(*parts):
        line = [" "] * 128
        for first, text in parts:
            line[first - 1:first - 1 + len(text)] = text
        return "".join(line)

    def paid(kind, cents, reference="000000202600011"):
        return record((1, "BS04287654321"), (14, kind), (26, "1001".ljust(15)), (50, "011126"), (57, f"{cents:013}"),
                      (70, reference), (104, "031126"), (110, "041126"), (116, f"{cents:013}"))

    rows = [record((1, "BS00212345678BS106020000000001")), record((1, "BS01287654321")), paid("0297", 12450),
            paid("0297", 12450), paid("0299", 5000), paid("0236", 100),
            record((1, "BS092"), (32, f"{4:011}{30000:015}")),
            record((1, "BS992"), (21, f"{1:011}{4:011}{30000:015}"))]
    path = tmp_path / "bs.txt"
    path.write_text("\r\n".join(rows))
    file = read(path, allow_bs=True)
    assert amounts(file) == ["124.50", "124.50", "-50.00"] and file.ignored == {"BS042 0236": 1}
    assert [one.kind for one in file.payments] == ["payment", "payment", "reversal"]
    assert [one.key[-2:] for one in file.payments] == ["/1", "/2", "/1"] and file.currency == "DKK"
    path.write_text("\r\n".join(rows).replace("0000000012450", "0000000012451"))
    with pytest.raises(LeissnerError, match=r"amount \(43–57\)"):
        read(path, allow_bs=True)
    path.write_text("\r\n".join(rows[:-1]))
    with pytest.raises(LeissnerError, match="BS992 at the end"):
        read(path, allow_bs=True)


# -- what is written is read, and no change of a byte moves money ------------------------------------------------------

MADE_AT = dt.datetime(2026, 11, 6, 17, 30, 35, 10331)
WRITERS = {
    "BgMax": lambda rows: bgmax(rows, "5805-6177", MADE_AT),
    "OCR giro": lambda rows: ocr_giro(rows, "99991042764"),
    "KTL": lambda rows: ktl(rows, "12345600000785", MADE_AT),
    "camt.054.02": lambda rows: camt054(rows, "SE4550000000058398257466", "SEK", MADE_AT, "M1", "02"),
    "camt.054.08": lambda rows: camt054(rows, "FI2112345600000785", "EUR", MADE_AT, "M1", "08"),
}
WORDS = st.text("abcÅÄÖåäö <&>\"'-,.", max_size=30).map(lambda text: " ".join(text.split()))
ROWS = st.lists(st.builds(
    Row, amount=st.decimals("-99999.99", "9999999.99", places=2), day=st.dates(MADE_AT.date(), dt.date(2026, 11, 9)),
    reference=st.one_of(st.just(""), st.integers(1, 10 ** 20 - 1).map(str)), payer_name=WORDS,
    payer_account=st.sampled_from(["", "3783511", "99990512341"]), texts=st.lists(WORDS, max_size=2).map(tuple)),
    max_size=8)
EXAMPLES = settings(max_examples=60, deadline=None)


def written(path: Path, writer, rows: list[Row]):
    """The file of rows; None where more was set off than paid on a day, which some formats cannot say."""
    try:
        path.write_bytes(writer(rows))
    except ValueError as error:
        assert "cannot be written" in str(error)
        return None
    return read(path)


def references(one) -> list[str]:
    return [reference.text.lstrip("0") for reference in one.references]


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_written_is_read(tmp_path, name):
    path = tmp_path / "file"

    @EXAMPLES
    @given(ROWS)
    def check(rows):
        rows = [row for row in rows if row.amount]
        if (file := written(path, WRITERS[name], rows)) is None:
            return
        assert WRITERS[name](rows) == path.read_bytes()
        found = list(file.payments)
        keys = {one.key for one in found}
        assert len(keys) == len(rows)
        assert sorted((one.amount, one.booked_on, references(one)) for one in found) == sorted(
            (row.amount, row.day, [row.reference] if row.reference else []) for row in rows)
        assert all(one.kind != "payment" if one.amount < 0 else one.kind == "payment" for one in found)
        if name != "OCR giro":  # which has no names
            shown = 12 if name == "KTL" else 35
            assert sorted(one.payer_name or "" for one in found) == sorted(
                row.payer_name[:shown].strip() for row in rows)
        assert sum(batch.amount for batch in file.batches) == sum(row.amount for row in rows)

    check()


CHANGES = st.tuples(st.integers(0), st.sampled_from(["replace", "insert", "delete"]),
                    st.one_of(st.sampled_from(list(b"0123456789 -\r\n\t")), st.integers(0, 255)))


def moved(data: bytes, change) -> bytes:
    at, how, byte = change
    at %= len(data)
    return data[:at] + (b"" if how == "delete" else bytes([byte])) + data[at + (how != "insert"):]


@pytest.mark.parametrize("name", [*WRITERS, B, N, K, C2, C8, S])
def test_no_change_of_a_byte_moves_money(tmp_path, name):
    path = tmp_path / "file"
    rows = [Row(Decimal("1245.00"), dt.date(2026, 11, 5), "2026000105", "Kalles Plåt AB", "3783511"),
            Row(Decimal("100.10"), dt.date(2026, 11, 5), "2026000204", "Berit Öst", texts=("Faktura oktober",)),
            Row(Decimal("-45.50"), dt.date(2026, 11, 5), "2026000402"), Row(Decimal("9.99"), dt.date(2026, 11, 6))]
    good = WRITERS[name](rows) if name in WRITERS else (SAMPLES / name).read_bytes()
    path.write_bytes(good)
    right = sum(one.amount for one in read(path).payments)

    @settings(max_examples=int(os.environ.get("LEISSNER_EXAMPLES", 150)), deadline=None)
    @given(CHANGES)
    def check(change):
        path.write_bytes(moved(good, change))
        try:
            file = read(path, allow_bs=True)
        except LeissnerError as error:
            assert error.hint and "\n" not in str(error)
        else:
            assert sum(one.amount for one in file.payments) == right, change

    check()


@pytest.mark.long
def test_a_large_file_is_read_in_little_memory(tmp_path):
    """In a process of its own, whose own memory is asked for: what getrusage tells begins with that of its parent."""
    rows = [Row(Decimal(10_000 + place) / 100, MADE_AT.date(), f"{2026000000 + place}", f"Kalle {place}", "3783511",
                ("Faktura för oktober, betald i tid",)) for place in range(200_000)]
    (tmp_path / "large").write_bytes(bgmax(rows, "5805-6177", MADE_AT))
    done = subprocess.run([sys.executable, "-c", (
        "import re, sys\n"
        "from leissner.scripts.payment_formats import read\n"
        "count = len(read(sys.argv[1]).payments)\n"
        "print(count, re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])"),
        str(tmp_path / "large")], capture_output=True, text=True, check=True)
    count, memory = map(int, done.stdout.split())
    assert count == 200_000 and memory < 400 << 10, done.stdout
