"""Payment files: every sample gives its figures or its refusal; a broken file gives a sentence, never a payment."""

from decimal import Decimal
from pathlib import Path

import pytest

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
