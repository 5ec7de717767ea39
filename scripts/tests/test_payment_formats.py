"""Payment files: every sample gives its figures or its refusal; a broken file gives a sentence, never a payment."""

from decimal import Decimal
from pathlib import Path

import pytest

from leissner.scripts.payment_formats import Reference, read

SAMPLES = Path(__file__).parent / "samples" / "payments"

# name: format, version, accounts, payments, their sum, batches, first key
LOADED = {
    "own-bgmax.txt": ("bgmax", "01", ("58056177",), 5, "2693.50", 1, "58056177/2026/00074/20/230000000101/1"),
    "bgmax-bankgirot-example.txt": ("bgmax", "01", ("9912346",), 7, "9900.00", 2,
                                    "9912346/2004/00074/20/000000000010/1"),
}


@pytest.mark.parametrize("name", LOADED)
def test_a_sample_loads_with_its_figures(name):
    file = read(SAMPLES / name)
    payments = list(file.payments)
    total = sum(one.amount for one in payments)
    assert (file.format, file.version, file.accounts, len(payments), f"{total}", len(file.batches),
            payments[0].key) == LOADED[name]
    assert len({one.key for one in payments}) == len(payments)
    assert total == sum(batch.amount for batch in file.batches)
    assert len(payments) == sum(batch.count for batch in file.batches)
    assert all(one.amount < 0 for one in payments if one.kind != "payment")


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
