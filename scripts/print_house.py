"""`leissner bill print-files`: an approved run as files for the print house, the same bytes each time.

A part is a zip with `manifest.json`, `manifest.csv` (the same rows, for people), `pdf/NUMBER.pdf`, `xml/NUMBER.xml`
(Peppol UBL, for houses that set type themselves) and, asked for, what a layout makes of it; `merged.pdf` with
`index.csv` takes the place of the PDFs where it is wished. Beside it `….zip.done` holds its SHA-256, put last: the
print house takes only what has one. What it puts into `ack/` is read with --read-acks.
"""

import csv
import hashlib
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from shutil import copyfileobj

import pypdf

from leissner.scripts import db, delivery, einvoice
from leissner.scripts.errors import LeissnerError
from leissner.scripts.invoice_pdf import InvoicePdf
from leissner.scripts.print_layout import Layout
from leissner.scripts.transfer import Place, connect

LETTERS = 2000  # most letters of a part
MERGED = 500  # of one with a single PDF, which is put together in memory
BYTES = 200 * 1024 * 1024
C5_SHEETS = 6
EPOCH = (1980, 1, 1, 0, 0, 0)  # of all files in a zip: nothing in it tells when it was made
ARRIVED = ("delivered", "acknowledged", "rejected")
COLUMNS = ("seq type number customer name address country pages sheets duplex colour envelope enclosures postage slip "
           "reference amount due pdf pdf_sha256 xml xml_sha256").split()


@dataclass
class Wish:
    """What is asked for: sent again, only these, as it was again, whose templates, which layout, one PDF of all."""

    resend: int = 0
    only: set[str] | None = None
    again: bool = False
    templates: Path | None = None
    layout: Layout | None = None
    merged: bool = False


@dataclass
class Part:
    """Letters that travel together. Their rows and files are on disk: memory stays flat whatever the run's size."""

    folder: Path
    number: int
    operator: str
    documents: int = 0
    pages: int = 0
    sheets: int = 0
    size: int = 0
    totals: dict[str, Decimal] = field(default_factory=dict)

    def add(self, letter: dict) -> None:
        self.documents += 1
        letter["row"]["seq"] = self.documents
        self.pages += letter["row"]["pages"]
        self.sheets += letter["row"]["sheets"]
        self.size += letter["size"]
        currency = letter["currency"]
        self.totals[currency] = self.totals.get(currency, Decimal(0)) + letter["row"]["amount"]
        with open(self.path("letters"), "a", encoding="utf-8") as out:
            out.write(json.dumps({"invoice": letter["invoice"], "row": letter["row"]}, default=str) + "\n")

    def path(self, name: str) -> Path:
        return self.folder / f"{self.number:03}.{name}"

    def letters(self) -> Iterator[dict]:
        with open(self.path("letters"), encoding="utf-8") as file:
            yield from map(json.loads, file)

    def rows(self) -> Iterator[dict]:
        return (letter["row"] for letter in self.letters())


def write(conn: db.Connection, run: dict, address: str, wish: Wish, advance=lambda: None) -> list[dict]:
    """Brings the parts of a run to a place, and notes the deliveries: [{file, documents, pages, sha256, is_new}].

    Broken off anywhere, it goes on; what arrived is not sent again, unless it is wished.
    """
    with tempfile.TemporaryDirectory(prefix="leissner-print-") as spool:
        parts = _parts(conn, run, wish, Path(spool), advance)
        arrived = _arrived(conn, run, wish)
        with connect(address) if parts else nullcontext() as place:  # not held while the letters are made
            return [_deliver(conn, run, place, wish, part, len(parts), arrived) for part in parts]


def read_acks(conn: db.Connection, place: Place) -> list[dict]:
    """What the print house answered: [{file, documents, rejected}]; a file that cannot be read stops nothing."""
    answers = []
    for name in sorted(name for name in place.names("ack") if name.endswith(".ack")):
        file = name.removesuffix(".ack").removesuffix(".done")
        answer = {"file": file, "documents": 0, "rejected": [], "problem": None}
        try:
            said = json.loads(place.read(f"ack/{name}") or b"")
            rejected = [{"number": str(row["number"]), "reason": str(row["reason"])} for row in said["rejected"]]
        except (ValueError, KeyError, TypeError) as error:
            answers.append(answer | {"problem": f"{name}: {error}"})
            continue
        if (digest := place.read(f"{file}.done")) and digest.decode("ascii", "replace").strip() != said.get("sha256"):
            answers.append(answer | {"problem": f"{name}: it answers for a file with another hash"})
            continue
        try:
            with delivery.told(), db.transaction(conn, "finance"):
                count = db.call_one(conn, "delivery_answer", p_file=file, p_rejected=rejected or None)
        except LeissnerError as error:
            answers.append(answer | {"problem": f"{name}: {error} {error.hint}"})
            continue
        answers.append(answer | {"documents": count, "rejected": rejected})
    return answers


def _parts(conn: db.Connection, run: dict, wish: Wish, spool: Path, advance) -> list[Part]:
    parts: list[Part] = []
    left, most = set(wish.only or ()), MERGED if wish.merged else LETTERS
    with InvoicePdf(wish.templates, delivery.of(run)["template"]) as maker:
        for documents in delivery.pages(conn, run, "print"):
            for row in documents:
                advance()
                document = row["document"]
                if wish.only is not None and document["number"] not in wish.only:
                    continue
                left.discard(document["number"])
                letter = _letter(row["invoice"], document, maker.render(document), spool, wish)
                if not parts or parts[-1].documents == most or parts[-1].size + letter["size"] > BYTES:
                    parts.append(Part(spool, len(parts) + 1, letter["operator"]))
                parts[-1].add(letter)
    if left:
        raise LeissnerError(f"Run {run['run']} prints no document {min(left)}.", "leissner bill show lists them.")
    return parts


def _letter(invoice: int, document: dict, pdf: bytes, spool: Path, wish: Wish) -> dict:
    """One document, its files put on disk."""
    number = document["number"]
    (spool / f"{number}.pdf").write_bytes(pdf)
    try:
        xml = b"" if document["kind"] == "reminder" else einvoice.xml(document, is_sent=False)
        if xml:
            (spool / f"{number}.xml").write_bytes(xml)
    except LeissnerError:  # no such data of a document that mixes what an e-invoice must not: the PDF stands alone
        xml = b""
    if wish.layout:
        (spool / f"{number}.json").write_text(db.exact(document), encoding="utf-8")
    pages = len(pypdf.PdfReader(io.BytesIO(pdf)).pages)
    sheets = (pages + 1) // 2
    payer, seller = document["payer"], document["seller"]
    address = [payer["attention"], payer["name"], payer["street"], f"{payer['postcode']} {payer['city']}",
               payer["country_name"]]
    return {"invoice": invoice, "size": len(pdf) + len(xml), "currency": document["currency"],
            "operator": re.sub(r"\W", "", seller["org_no"] or "") or "operator", "row": {
                "seq": 0, "type": document["kind"], "number": number, "customer": payer["customer_no"],
                "name": payer["name"], "address": "\n".join(filter(None, address)), "country": payer["country"],
                "pages": pages, "sheets": sheets, "duplex": "yes", "colour": "yes",
                "envelope": "C5" if sheets <= C5_SHEETS else "C4", "enclosures": "", "postage": "B",
                "slip": document["slip"]["giro"] if document["slip"] else "none",
                "reference": document["reference"]["text"] if document["reference"] else "",
                "amount": document["total"], "due": document["due"] or "",
                "pdf": f"pdf/{number}.pdf", "pdf_sha256": hashlib.sha256(pdf).hexdigest(),
                "xml": f"xml/{number}.xml" if xml else "", "xml_sha256": hashlib.sha256(xml).hexdigest() if xml else ""
            }}


def _arrived(conn: db.Connection, run: dict, wish: Wish) -> dict[str, str]:
    """The documents that reached the print house before, and in which file."""
    with db.transaction(conn, "finance", read_only=True):
        return {row["invoice_no"]: row["file"] for row in db.call(conn, delivery.of(run)["list"], p_run=run["run"])
                if row["channel"] == "print_house" and row["resend"] == wish.resend and row["state"] in ARRIVED}


def _deliver(conn: db.Connection, run: dict, place: Place, wish: Wish, part: Part, parts: int,
             arrived: dict[str, str]) -> dict:
    """Brings one part there: noted as produced before, as delivered after."""
    names = delivery.of(run)
    name = f"PH_{part.operator}_{_label(run)}_{part.number:03}{f'_r{wish.resend}' if wish.resend else ''}.zip"
    noted = [{"invoice": letter["invoice"], "file": name, "pages": letter["row"]["pages"],
              "digest": letter["row"]["pdf_sha256"], "resend": wish.resend} for letter in part.letters()]
    with db.transaction(conn, "finance"):
        db.call(conn, names["put"], p_run=run["run"], p_channel="print_house", p_state="produced",
                p_resend=wish.resend, p_rows=noted)
    before = {arrived.get(row["number"]) for row in part.rows()}
    made = {"file": name, "documents": part.documents, "pages": part.pages, "is_new": before != {name}}
    if before - {None, name} or None in before and len(before) > 1:
        raise LeissnerError(f"{name} has letters that reached the print house in another file.",
                            f"leissner bill deliveries {run['run']} shows which; send the others with --resend.")
    if not made["is_new"] and not wish.again:
        return made | {"sha256": None}
    path = _zip(part, _head(run, parts, wish, part), wish)
    try:
        made["sha256"] = _publish(place, name, path)
    finally:
        path.unlink()
    with db.transaction(conn, "finance"):
        db.call(conn, names["result"], p_run=run["run"], p_channel="print_house", p_rows=noted)
    return made | {"is_new": True}


def _head(run: dict, parts: int, wish: Wish, part: Part) -> dict:
    return {"format": "billing-print/1", "operator": part.operator, "run": _label(run), "part": part.number,
            "parts": parts, "created": f"{run['approved_at'].astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "resend": wish.resend, "test": False, "documents": part.documents, "pages": part.pages,
            "sheets": part.sheets,
            "currency": {currency: f"{total}" for currency, total in sorted(part.totals.items())}}


def _label(run: dict) -> int | str:
    """Reminders count their runs on their own: R1, R2 …"""
    return f"R{run['run']}" if delivery.of(run) is delivery.REMINDERS else run["run"]


def _csv(rows: Iterable[dict], columns: list[str]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, delimiter=";", lineterminator="\r\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def _merge(part: Part, rows: list[dict]) -> dict[str, bytes | Path]:
    """One PDF of all letters and the page on which each begins; the rows then name it."""
    page, index, path = 1, [], part.path("merged")
    with pypdf.PdfWriter() as writer:
        for row in rows:
            index.append(row | {"page": page})
            page += row["pages"]
            writer.append(part.folder / Path(row["pdf"]).name, import_outline=False)
        writer.compress_identical_objects()  # the fonts, once
        writer.write(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    for row in rows:
        row |= {"pdf": "merged.pdf", "pdf_sha256": digest}
    return {"merged.pdf": path, "index.csv": _csv(index, ["seq", "number", "page", "pages"])}


def _zip(part: Part, head: dict, wish: Wish) -> Path:
    """The part, entries in order of their names, without times."""
    rows = list(part.rows())
    entries: dict[str, bytes | Path] = {
        row[kind]: part.folder / Path(row[kind]).name for row in rows for kind in ("pdf", "xml")
        if row[kind] and not (wish.merged and kind == "pdf")}
    if wish.merged:
        entries |= _merge(part, rows)
    entries["manifest.csv"] = people = _csv(rows, COLUMNS)
    head["sha256"] = hashlib.sha256(people).hexdigest()
    entries["manifest.json"] = json.dumps(head | {"rows": rows}, ensure_ascii=False, indent=1).encode()
    if wish.layout:
        entries[f"data/{wish.layout.name}"] = path = part.path("data")
        wish.layout.write(path, head, ({"row": row, "document": json.loads(
            (part.folder / f"{row['number']}.json").read_bytes(), parse_float=Decimal)} for row in rows))
    path = part.path("zip")
    with zipfile.ZipFile(path, "w") as out:
        for name, content in sorted(entries.items()):
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            with out.open(info, "w") as entry, (
                    open(content, "rb") if isinstance(content, Path) else io.BytesIO(content)) as source:
                copyfileobj(source, entry)
    return path


def _publish(place: Place, name: str, path: Path) -> str:
    """First the file, then its hash, each under another name until it is whole; what is there must be the same."""
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    done = place.read(f"{name}.done")
    if done is None:
        place.put(name, path)
        place.put(f"{name}.done", f"{digest}\n".encode())
    elif done.decode("ascii", "replace").strip() != digest:
        raise LeissnerError(f"{place.name}: {name}.done holds another hash: {name} was delivered with other contents.",
                            "Was a template changed since? Send it again with --resend 1.")
    return digest
