"""The PDF of an invoice: what the law wants is on the page, PDF/A marks, the same bytes twice, one page and 400."""

import copy
import io
import json
import re
import shutil
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pypdf
import pytest

from leissner.scripts.errors import LeissnerError
from leissner.scripts.invoice_pdf import TEMPLATES, InvoicePdf, invoice_pdfs
from leissner.scripts.tests import invoice_samples as samples

XML = '<?xml version="1.0" encoding="UTF-8"?>\r\n<Invoice>Åsa &amp; Örjan 😀</Invoice>\n'.encode()


@pytest.fixture(scope="module")
def pdf():
    with InvoicePdf() as renderer:
        yield renderer


def read(data: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(data))


def text_of(data: bytes, *pages: int) -> str:
    """Words with single spaces, the places where a long word may break taken out."""
    chosen = read(data).pages
    text = "\n".join(page.extract_text() for i, page in enumerate(chosen) if not pages or i in pages)
    return re.sub(r"[\s\u00a0\u202f]+", " ", text.replace("\u200b", ""))


def places(page: pypdf.PageObject) -> list[tuple[float, float, str]]:
    """Where each piece of text begins."""
    found = []

    def note(text, cm, tm, *_):
        if text.strip():
            found.append((cm[4] + tm[4] * cm[0], cm[5] + tm[5] * cm[3], text.strip()))

    page.extract_text(visitor_text=note)
    return found


def marks(data: bytes) -> tuple[str, str, bool]:
    """Part and conformance that the metadata claim, and whether there is an output intent."""
    root = read(data).trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()
    found = [re.search(rf"<pdfaid:{name}>(\w)<", xmp)[1] for name in ("part", "conformance")]
    return (*found, root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1")


def test_what_the_law_asks_for(pdf):
    data = pdf.render(samples.golden("1000"))
    text = text_of(data)
    for item in [
        "Faktura", "Fakturanummer 20260001", "Fakturadatum 2026-10-31", "Momsreg.nr SE551234567801",
        "Org.nr 551234-5678",
        "Norrsken Telefoni AB", "Storgatan 1", "903 26 Umeå", "Säte Umeå", "Godkänd för F-skatt",
        "Björk koncern", "Box 1", "901 01 Umeå", "Ert org.nr 551234-0018", "28 sep – 30 nov 2026",
        "IP-telefoni, månadsavgift nov 2026 10 st 39,00 25 % 390,00", "Betalsamtal, samtal 4 okt 2026 1 samtal",
        "Moms 25 % 1 980,44 495,11", "Summa utan moms 1 980,44", "Att betala 2 475,55 kr", "30 november 2026",
        "OCR-nummer 2026000105", "Bankgiro 505-0109", "dröjsmålsränta", "1001 Björk skolor", "Avtal C1",
        "Samtalsspecifikation", "+46902001005", "+491711234xxx", "Tyskland mobil",
    ]:
        assert item in text, item
    pages = read(data).pages
    for i in range(len(pages)):
        assert f"Sida {i + 1} av {len(pages)}" in text_of(data, i)
    assert "# 2026000105 # 2475 55 6 > 5050109#41#" in text_of(data, 0)


def test_a_window_and_a_folder_show_what_the_document_is(pdf):
    titles = [read(pdf.render(one)).metadata.title for one in (
        samples.golden("1000"), samples.golden("4000", "en"), samples.credit())]
    assert titles[0] == "Faktura 20260001"
    assert re.fullmatch(r"Invoice \d+", titles[1]) and re.fullmatch(r"Kreditfaktura \d+", titles[2])


def test_unit_prices_discounts_and_the_price_of_a_kind_of_call(pdf):
    document = samples.golden("1002", "en")
    lines = list(samples.every_line(document))
    lines[0] |= {"kind": "periodic", "price": Decimal("49.00"), "price_unit": "MON"}
    usage = next(line for line in lines if line["kind"] == "usage")
    usage |= {"discount": Decimal("16.18"), "regular": usage["net"] + Decimal("16.18")}
    document["seller"]["country_name"] = "Sweden"
    text = text_of(pdf.render(document))
    assert "49.00/mo" in text and "discounted or included \u221216.18" in text and "0.50/min" in text
    assert "The opening fee is for each call" in text and "SWEDEN" in text


def test_reverse_charge_in_euro_and_english(pdf):
    text = text_of(pdf.render(samples.golden("4000", "en")))
    for item in ["130.07 EUR", "Your VAT no. DE811115368", "VAT no. SE551234567801", "SE-903 26 Umeå", "GERMANY",
                 "10115 Berlin", "Reverse charge: the buyer accounts for the VAT (article 196",
                 "VAT 0 % (AE) 130.07 0.00 1,495.81 0.00",
                 "Rate: 1 EUR = 11.5 SEK", "IBAN", "ESSESESS", "RF3120260001", "30 November 2026", "Page 1 of"]:
        assert item in text, item
    assert "#41#" not in text and "kr" not in text.split()


def test_credit_names_what_it_changes_and_has_nothing_to_pay(pdf):
    text = text_of(pdf.render(samples.credit()))
    for item in ["Kreditfaktura", "Ändrar faktura 20260001 av den 2026-09-30", "Krediteras 6 698,60 kr", "räknas av"]:
        assert item in text, item
    for item in ["Att betala", "OCR-nummer", "Inbetalning"]:
        assert item not in text, item


def test_negative_lines_fees_rounding_and_two_rates(pdf):
    text = text_of(pdf.render(samples.rounded()))
    for item in ["rättar faktura 20260001 nov 2026 −1 st 49,00 25 % −49,00", "Pappersfaktura", "Moms 6 % 150,00 9,00",
                 "Öresavrundning 0,02", "Att betala 893,00 kr", "Förra gången"]:
        assert item in text, item
    owed = samples.golden("3000") | {"total": Decimal("-12.50"), "slip": None}
    text = text_of(pdf.render(owed))
    assert "Till godo 12,50 kr" in text and "Att betala" not in text


def test_the_chart_waits_for_a_second_month(pdf):
    document = samples.short()
    assert "De senaste 12 månaderna" in text_of(pdf.render(document))
    document["history"] = [month | {"total": 0} for month in document["history"][:-1]] + document["history"][-1:]
    assert "De senaste 12 månaderna" not in text_of(pdf.render(document))


def test_a_draft_is_marked_on_every_page_and_cannot_be_paid(pdf):
    data = pdf.render(samples.draft())
    for i in range(len(read(data).pages)):
        assert "UTKAST" in text_of(data, i)
    assert "betala inte" in text_of(data, 0) and "#41#" not in text_of(data, 0)
    assert "UTKAST" not in text_of(pdf.render(samples.golden("1000")))
    assert "DRAFT" in text_of(pdf.render(samples.draft() | {"language": "en"}))


def test_a_short_invoice_is_one_page_with_its_slip(pdf):
    data = pdf.render(samples.short())
    assert len(read(data).pages) == 1
    assert "135,24 kr" in text_of(data) and "#41#" in text_of(data)


def test_awkward_names_come_out_as_typed(pdf):
    text = text_of(pdf.render(samples.awkward()))
    for item in ['Håkansson & Søn <b>"Råå"</b> #strong[x] $y$ *z*', "_w_ \\ @ref □ evil",
                 '// `raw` ~ #read("/etc/passwd")',
                 "PO-" + "1234567890" * 6, "Kostnadsställe <&> bell"]:
        assert item in text or item.replace(" ", "") in text.replace(" ", ""), item
    assert "\u202e" not in text and "root:" not in text


def test_nothing_leaves_the_page_however_long_the_words(pdf):
    for page in read(pdf.render(samples.awkward())).pages:
        found = places(page)
        assert len({x for x, _, _ in found}) > 10
        assert all(40 < x and x + 3 * len(text) < 595 and 20 < y < 830 for x, y, text in found)


def test_call_lists_keep_their_lines_together(pdf):
    """Five calls share a cell unless a name is too long for its line; a call may lack a number."""
    document = samples.golden("1000")
    calls = document["specification"]["numbers"][0]["calls_list"]
    calls[1]["to"] = None
    calls[7]["destination"] = "Bosnien-Hercegovina/Republika Srpska, satellit"
    calls[8]["net"] = Decimal("0.0042")
    data = pdf.render(document)
    page = next(page for page in read(data).pages if "Uppringt nummer" in page.extract_text())
    heights = {call["at"]: y for call in calls[:10] for _, y, text in places(page) if text == call["at"]}
    assert len(set(heights.values())) == 10 and sorted(heights.values(), reverse=True) == list(heights.values())
    assert "Bosnien-Hercegovina/Republika Srpska, satellit" in text_of(data) and "0,0042" in text_of(data)


def test_print_edition_is_pdf_a_2b_and_email_edition_3b_with_the_e_invoice(pdf):
    document = samples.golden("3001")
    assert marks(pdf.render(document)) == ("2", "B", True)
    assert not read(pdf.render(document, xml=XML)).attachments
    data = pdf.render(document, "email", XML)
    assert marks(data) == ("3", "B", True)
    reader = read(data)
    assert reader.attachments == {"20260007.xml": [XML]}
    file = reader.trailer["/Root"]["/AF"][0].get_object()
    assert (file["/AFRelationship"], file["/EF"]["/F"].get_object()["/Subtype"]) == ("/Alternative", "/application/xml")
    assert reader.trailer["/Root"]["/Lang"] == "sv" and reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert marks(pdf.render(document, "email")) == ("3", "B", True)


def test_every_font_is_embedded(pdf):
    for page in read(pdf.render(samples.awkward())).pages:
        for font in page["/Resources"]["/Font"].values():
            for part in font.get_object()["/DescendantFonts"]:
                descriptor = part.get_object()["/FontDescriptor"].get_object()
                assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def test_the_same_document_gives_the_same_bytes_in_another_process(pdf, tmp_path):
    document = json.dumps(samples.awkward(), default=float)
    (tmp_path / "document.json").write_text(document)
    program = (
        "import sys, pathlib, hashlib; from leissner.scripts.invoice_pdf import invoice_pdfs; "
        "d = pathlib.Path(sys.argv[1]).read_text(); "
        "[print(hashlib.sha256(p).hexdigest()) for p in invoice_pdfs([d, d], 'email', xml_of=lambda d: b'<x/>')]"
    )
    run = [sys.executable, "-c", program, tmp_path / "document.json"]
    first, second = (subprocess.run(run, check=True, capture_output=True, text=True).stdout.split() for _ in range(2))
    assert len(set(first + second)) == 1
    reader = read(pdf.render(document))
    assert reader.metadata["/CreationDate"].startswith("D:20261031000000")


def test_amounts_never_pass_through_a_float(pdf):
    document = samples.short()
    document["total"] = Decimal("12345678901234567.89")
    assert "12 345 678 901 234 567,89 kr" in text_of(pdf.render(document))
    text = json.dumps(document, default=str).replace('"12345678901234567.89"', "12345678901234567.89")
    assert "12 345 678 901 234 567,89 kr" in text_of(pdf.render(text))


def test_an_operators_folder_overrides_file_by_file(tmp_path):
    own = tmp_path / "own"
    (own / "texts").mkdir(parents=True)
    swedish = (TEMPLATES / "texts" / "sv.typ").read_text()
    (own / "texts" / "sv.typ").write_text(swedish.replace('to-pay: "Att betala"', 'to-pay: "Betala gärna"'))
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"><rect width="9" height="3"/></svg>'
    (own / "logo.svg").write_text(svg)
    usual, changed = (next(invoice_pdfs([samples.short()], own_templates=folder)) for folder in (None, own))
    assert "Betala gärna 135,24 kr" in text_of(changed) and usual != changed
    shutil.copy(TEMPLATES / "style.typ", own)
    assert next(invoice_pdfs([samples.short()], own_templates=own)) == changed


def test_a_broken_template_names_file_and_line(tmp_path):
    (tmp_path / "style.typ").write_text("#let accent = rgb(\n")
    with pytest.raises(LeissnerError, match=r"style\.typ:1"):
        next(invoice_pdfs([samples.short()], own_templates=tmp_path))
    with pytest.raises(LeissnerError, match="no such folder"):
        InvoicePdf(tmp_path / "missing")


def test_a_template_reads_nothing_outside_its_folder(tmp_path):
    (tmp_path / "invoice.typ").write_text('#read("/../../../../etc/passwd")')
    with pytest.raises(LeissnerError):
        next(invoice_pdfs([samples.short()], own_templates=tmp_path))


@pytest.mark.parametrize("language", ["sv", "en"])
def test_shipped_templates_are_accessible(pdf, language):
    """PDF/UA refuses untagged, unordered or undescribed content."""
    inputs = {"document": pdf._printable(samples.golden("1000", language))}
    assert pdf._compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=["a-3a", "ua-1"])


def test_both_languages_have_the_same_texts():
    texts = [(TEMPLATES / "texts" / f"{name}.typ").read_text() for name in ("sv", "en")]
    swedish, english = (set(re.findall(r"[(,]\s*([a-z_-]+): ", text)) for text in texts)
    assert swedish ^ english == set()


def test_four_hundred_pages():
    """In a process of its own, so that its memory is its own; generous bounds, the machine is shared."""
    program = (
        "import io, pypdf, resource, time; from leissner.scripts.invoice_pdf import invoice_pdfs; "
        "from leissner.scripts.tests.invoice_samples import long; d = long(); t = time.process_time(); "
        "p = next(invoice_pdfs([d])); "
        "print(time.process_time() - t, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024); "
        "r = pypdf.PdfReader(io.BytesIO(p)); print(len(r.pages), len(p) // 1024); print(r.pages[-1].extract_text())"
    )
    answer = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    seconds, megabytes, pages, kilobytes = (float(x) for x in answer.split()[:4])
    assert pages >= 400 and f"Sida {pages:.0f} av {pages:.0f}" in answer
    assert pages / seconds > 30 and megabytes < 1200 and kilobytes < 5000, (seconds, megabytes, kilobytes)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["short", "golden", "group", "long"])
def test_thirty_pages_a_second_and_core(kind):
    """Different documents through one process; its memory stays what it was. Shows the figures with -s."""
    document = {"short": samples.short, "golden": lambda: samples.golden("1000"), "group": samples.group,
                "long": samples.long}[kind]()
    documents, rounds = [], {"long": 3}.get(kind, 100)
    for n in range(rounds):
        documents.append(copy.deepcopy(document) | {"number": str(20260000 + n)})
        documents[-1]["payer"] |= {"name": f"Kund {n} AB", "street": f"Gatan {n}"}
        for line in samples.every_line(documents[-1]):
            line["net"] += n
    with InvoicePdf() as renderer:
        pages = len(read(renderer.render(documents[0])).pages) * rounds
        for warm in documents[: rounds // 4 + 1]:
            renderer.render(warm)
        held, started = _megabytes(), time.process_time()
        for one in documents:
            renderer.render(one)
        seconds = time.process_time() - started
        print(f"{kind}: {rounds} documents, {pages} pages, {pages / seconds:.0f} pages/s and core, {_megabytes()} MB")
        assert pages / seconds > 30
        assert _megabytes() < held + 150


def _megabytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 2**20
