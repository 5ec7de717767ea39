"""`leissner bill print-files`: an approved run as files for the print house, the same bytes each time.

A part is a zip with `manifest.json`, `manifest.csv` (the same rows, for people), and `pdf/NUMBER.pdf`; beside it
`….zip.done` holds its SHA-256, written last: the print house takes only what has one. What it puts into `ack/` is read
back with --read-acks.
"""

import csv
import hashlib
import io
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal
from pathlib import Path

import pypdf

from leissner.scripts import db
from leissner.scripts.errors import LeissnerError
from leissner.scripts.invoice_pdf import InvoicePdf

LETTERS = 2000  # most letters of a part
BYTES = 200 * 1024 * 1024
PAGE = 200  # documents asked for at a time
C5_SHEETS = 6
EPOCH = (1980, 1, 1, 0, 0, 0)  # of all files in a zip: nothing in it tells when it was made
COLUMNS = ("seq type number customer name address country pages sheets duplex colour envelope enclosures postage slip "
           "reference amount due pdf pdf_sha256 xml xml_sha256").split()


def write(conn: db.Connection, run: dict, folder: Path, resend: int, only: set[str] | None,
          templates: Path | None, advance=lambda: None) -> list[dict]:
    """Writes the parts of a run into a folder, and notes the deliveries: [{file, documents, pages, sha256}]."""
    if run["state"] not in ("approved", "delivered"):
        raise LeissnerError(f"Run {run['run']} is {run['state']}: only an approved run can be delivered.",
                            f"leissner bill approve {run['run']}")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="leissner-print-") as spool:
        letters = [letter for letter in _letters(conn, run, Path(spool), templates, advance)
                   if only is None or letter["row"]["number"] in only]
        if only and (missing := only - {letter["row"]["number"] for letter in letters}):
            raise LeissnerError(f"Run {run['run']} prints no document {min(missing)}.",
                                "leissner bill show lists them.")
        parts = list(_parts(letters))
        made = []
        for number, part in enumerate(parts, 1):
            name = f"PH_{_operator(letters)}_{run['run']}_{number:03}{f'_r{resend}' if resend else ''}.zip"
            head = _head(run, number, len(parts), resend, part)
            digest = _publish(folder / name, _zip(part, head))
            with db.transaction(conn, "finance"):
                db.call(conn, "delivery_put", p_run=run["run"], p_channel="print_house", p_state="produced",
                        p_resend=resend, p_rows=[
                            {"invoice": letter["invoice"], "file": name, "pages": letter["row"]["pages"],
                             "digest": letter["row"]["pdf_sha256"]} for letter in part])
            made.append({"file": str(folder / name), "documents": len(part),
                         "pages": sum(letter["row"]["pages"] for letter in part), "sha256": digest})
    return made


def read_acks(conn: db.Connection, folder: Path) -> list[dict]:
    """What the print house answered: [{file, documents, rejected}]; a file that cannot be read stops nothing."""
    answers = []
    for path in sorted((folder / "ack").glob("*.ack")):
        name = path.name.removesuffix(".ack").removesuffix(".done")
        try:
            answer = json.loads(path.read_text(encoding="utf-8"))
            rejected = [{"number": str(row["number"]), "reason": str(row["reason"])} for row in answer["rejected"]]
        except (ValueError, KeyError, TypeError, OSError) as error:
            answers.append({"file": name, "documents": 0, "rejected": [], "problem": f"{path.name}: {error}"})
            continue
        part = folder / name
        if part.is_file() and answer.get("sha256") != hashlib.sha256(part.read_bytes()).hexdigest():
            answers.append({"file": name, "documents": 0, "rejected": [],
                            "problem": f"{path.name}: it answers for a file with another hash"})
            continue
        with db.transaction(conn, "finance"):
            count = db.call_one(conn, "delivery_answer", p_file=name, p_rejected=rejected)
        answers.append({"file": name, "documents": count, "rejected": rejected, "problem": None})
    return answers


def _letters(conn: db.Connection, run: dict, spool: Path, templates: Path | None, advance) -> Iterator[dict]:
    """Each document that is printed, its PDF on disk: memory stays flat whatever the run's size."""
    after = 0
    with InvoicePdf(templates) as maker:
        while True:
            with db.transaction(conn, "finance", read_only=True):
                rows = db.call(conn, "run_document_list", p_run=run["run"], p_after=after, p_limit=PAGE)
            if not rows:
                return
            for row in rows:
                after = row["invoice"]
                advance()
                if row["delivery"] == "print":
                    yield _letter(row["invoice"], row["document"], maker.render(row["document"]), spool)


def _letter(invoice: int, document: dict, pdf: bytes, spool: Path) -> dict:
    path = spool / f"{document['number']}.pdf"
    path.write_bytes(pdf)
    pages = len(pypdf.PdfReader(io.BytesIO(pdf)).pages)
    sheets = (pages + 1) // 2
    payer, seller = document["payer"], document["seller"]
    address = [payer["attention"], payer["name"], payer["street"], f"{payer['postcode']} {payer['city']}",
               payer["country_name"]]
    return {"invoice": invoice, "path": path, "size": len(pdf), "currency": document["currency"],
            "operator": re.sub(r"\W", "", seller["org_no"] or "") or "operator", "row": {
                "seq": 0, "type": document["kind"], "number": document["number"], "customer": payer["customer_no"],
                "name": payer["name"], "address": "\n".join(filter(None, address)), "country": payer["country"],
                "pages": pages, "sheets": sheets, "duplex": "yes", "colour": "yes",
                "envelope": "C5" if sheets <= C5_SHEETS else "C4", "enclosures": "", "postage": "B",
                "slip": document["slip"]["giro"] if document["slip"] else "none",
                "reference": document["reference"]["text"] if document["reference"] else "",
                "amount": document["total"], "due": document["due"] or "", "pdf": f"pdf/{document['number']}.pdf",
                "pdf_sha256": hashlib.sha256(pdf).hexdigest(), "xml": "", "xml_sha256": ""}}


def _parts(letters: list[dict]) -> Iterator[list[dict]]:
    part, size = [], 0
    for letter in letters:
        if part and (len(part) == LETTERS or size + letter["size"] > BYTES):
            yield part
            part, size = [], 0
        letter["row"]["seq"] = len(part) + 1
        part.append(letter)
        size += letter["size"]
    if part:
        yield part


def _operator(letters: list[dict]) -> str:
    return letters[0]["operator"]


def _head(run: dict, number: int, parts: int, resend: int, part: list[dict]) -> dict:
    totals: dict[str, Decimal] = {}
    for letter in part:
        totals[letter["currency"]] = totals.get(letter["currency"], Decimal(0)) + letter["row"]["amount"]
    return {"format": "billing-print/1", "operator": part[0]["operator"], "run": run["run"], "part": number,
            "parts": parts, "created": f"{run['approved_at'].astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", "resend": resend,
            "test": False, "documents": len(part), "pages": sum(letter["row"]["pages"] for letter in part),
            "sheets": sum(letter["row"]["sheets"] for letter in part),
            "currency": {currency: f"{total}" for currency, total in sorted(totals.items())},
            "sha256": hashlib.sha256(_manifest_csv(part)).hexdigest()}


def _manifest_csv(part: list[dict]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(letter["row"] for letter in part)
    return out.getvalue().encode("utf-8-sig")


def _zip(part: list[dict], head: dict) -> bytes:
    """The part, entries in order of their names, without times."""
    rows = [{name: f"{value}" if isinstance(value, Decimal) else value for name, value in letter["row"].items()}
            for letter in part]
    entries = {"manifest.csv": _manifest_csv(part),
               "manifest.json": json.dumps(head | {"rows": rows}, ensure_ascii=False, indent=1).encode()}
    entries |= {letter["row"]["pdf"]: letter["path"] for letter in part}
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w") as out:
            for name in sorted(entries):
                content = entries[name]
                info = zipfile.ZipInfo(name, EPOCH)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                out.writestr(info, content.read_bytes() if isinstance(content, Path) else content)
        file.seek(0)
        return file.read()


def _publish(path: Path, content: bytes) -> str:
    """First the file under another name, then its name, then its hash; what is there already must be the same."""
    digest = hashlib.sha256(content).hexdigest()
    done = path.with_name(path.name + ".done")
    if done.exists():
        if done.read_text(encoding="ascii").strip() != digest:
            raise LeissnerError(f"{done} holds another hash: {path.name} was delivered with other contents.",
                                "Was a template changed since? Send it again with --resend 1.")
        return digest
    temporary = path.with_name(path.name + ".tmp")
    with open(temporary, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    temporary = done.with_name(done.name + ".tmp")
    temporary.write_text(digest + "\n", encoding="ascii")
    temporary.replace(done)
    return digest
