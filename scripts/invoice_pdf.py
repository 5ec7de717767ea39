"""Invoices and credit notes as PDF: PDF/A-2b for print, PDF/A-3b with the e-invoice inside for e-mail.

The document (api.invoice_document) goes to the typst templates of templates/invoice; nothing is computed here.
The same document, templates and fonts give the same bytes.
"""

import datetime
import importlib.util
import json
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path

import typst

from leissner.scripts.errors import LeissnerError
from leissner.scripts.server import Home

TEMPLATES = Path(__file__).parent / "templates" / "invoice"
STANDARDS = {"print": "a-2b", "email": "a-3b"}
# Signs that turn or hide the text around them, so that a name could read as something else.
INVISIBLE = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0xFE0F, 0x200B])
CONTROL = dict.fromkeys(c for c in [*range(0x20), *range(0x7F, 0xA0)] if c not in (0x0A, 0x09))
# A word without end would leave its column: an invisible place to break it.
LONG_WORD = re.compile(r'[^\s"\\]{30,}')
LARGE = 200_000
NO_GLYPH = "\u25a1"


def own_folder() -> Path | None:
    """The operator's own templates, where the home has some: they are used unless others are named."""
    folder = Home().path / "templates"
    return folder if folder.is_dir() else None


class InvoicePdf:
    """Templates and fonts, loaded once for any number of documents. Close it, or use it in a `with`."""

    def __init__(self, own_templates: Path | None = None, template: str = "invoice.typ"):
        if own_templates is not None and not Path(own_templates).is_dir():
            raise LeissnerError(f"{own_templates}: no such folder of templates.",
                                "Name a folder with your own copies of files of scripts/templates/invoice.")
        self._folder = tempfile.TemporaryDirectory(prefix="leissner-pdf-")
        root = Path(self._folder.name).resolve()
        for folder in filter(None, (TEMPLATES, own_templates or own_folder())):
            shutil.copytree(folder, root, dirs_exist_ok=True)
        self._fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(_open_sans()), str(root)])
        self._compiler = typst.Compiler(str(root / template), root=str(root), font_paths=self._fonts)
        self._probe = typst.Compiler(str(root / "parts" / "signs.typ"), root=str(root), font_paths=self._fonts)
        self._shown: set[str] = set()
        self._hidden: dict[int, str] = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        self._folder.cleanup()

    def render(self, document: dict | str, edition: str = "print", xml: bytes | None = None) -> bytes:
        """The PDF of one document; `xml`, the e-invoice, is attached to the e-mail edition."""
        if isinstance(document, str | bytes):
            document = json.loads(document, parse_float=Decimal)
        inputs = {"document": self._printable(document), "edition": edition}
        if xml is not None and edition == "email":
            inputs |= {"xml": xml.decode("utf-8"), "xml_name": f"{document['number'] or 'draft'}.xml"}
        try:
            data = self._compiler.compile(
                format="pdf", sys_inputs=inputs, pdf_standards=[STANDARDS[edition]],
                timestamp=_midnight(document), pdf_tags=edition == "email",
            )
            if len(inputs["document"]) > LARGE:
                self._forget()
            return data
        except typst.TypstError as error:
            name = document.get("number") or document.get("id")
            raise LeissnerError(
                f"The PDF of document {name} failed: {_where(error)}", "Correct the template that the text names."
            ) from error

    def _printable(self, document: dict) -> str:
        """The document as JSON, amounts as text so that none passes through a float, every sign one that can be set."""
        text = json.dumps(document, ensure_ascii=False, default=str)
        if "\\" in text:
            text = json.dumps(_without_control(document), ensure_ascii=False, default=str)
        text = text if text.isascii() else unicodedata.normalize("NFC", text.translate(INVISIBLE))
        text = LONG_WORD.sub(_breakable, text)
        if text.isascii():
            return text
        unknown = {c for c in set(text) - self._shown if ord(c) > 0x7E and ord(c) not in self._hidden}
        self._look_up(sorted(unknown))
        return text.translate(self._hidden) if self._hidden else text

    def _forget(self) -> None:
        """Typst keeps what it laid out for ten more compilations: 600 MB each for documents of 400 pages."""
        for n in range(12):
            self._probe.compile(format="pdf", sys_inputs={"signs": str(n)})

    def _look_up(self, signs: list[str]) -> None:
        """Asks the fonts, by halves, which signs have no glyph: PDF/A refuses a document with one."""
        if not signs:
            return
        try:
            self._probe.compile(format="pdf", sys_inputs={"signs": " ".join(signs)}, pdf_standards=["a-2b"])
            self._shown.update(signs)
        except typst.TypstError as error:
            if "could not be displayed" not in error.message:
                raise LeissnerError(f"The templates failed: {_where(error)}") from error
            if len(signs) == 1:
                self._hidden[ord(signs[0])] = NO_GLYPH
                return
            half = len(signs) // 2
            self._look_up(signs[:half])
            self._look_up(signs[half:])


def as_sent(document: dict, templates: Path | None = None) -> bytes:
    """The PDF of one document as it is e-mailed: PDF/A-3 with the e-invoice inside, where the payer has what one
    needs."""
    from leissner.scripts import einvoice

    with InvoicePdf(templates) as maker:
        return maker.render(document, "email", einvoice.attachment(document))


def invoice_pdfs(
    documents: Iterable[dict | str],
    edition: str = "print",
    own_templates: Path | None = None,
    xml_of: Callable[[dict], bytes | None] = lambda document: None,
) -> Iterator[bytes]:
    """One PDF per document, in their order."""
    with InvoicePdf(own_templates) as pdf:
        for document in documents:
            if isinstance(document, str | bytes):
                document = json.loads(document, parse_float=Decimal)
            yield pdf.render(document, edition, xml_of(document))


def _where(error: typst.TypstError) -> str:
    """Message and place, without the warnings before and the callers after."""
    text = error.diagnostic[max(error.diagnostic.find("error:"), 0):]
    return " ".join(text.split("\n\n")[0].split())


def _open_sans() -> Path:
    package = importlib.util.find_spec("ttf_opensans")
    return Path(package.origin).parent / "ttf"


def _midnight(document: dict) -> datetime.datetime:
    day = document.get("date") or document["period"]["through"]
    return datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(), datetime.UTC)


def _breakable(word: re.Match) -> str:
    return "\u200b".join(word[0][i : i + 12] for i in range(0, len(word[0]), 12))


def _without_control(value):
    if isinstance(value, str):
        return value.translate(CONTROL)
    if isinstance(value, dict):
        return {key: _without_control(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_control(item) for item in value]
    return value
