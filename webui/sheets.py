"""An XLSX file that is sent while its rows are read: however many, it begins at once and needs no memory.

A million rows stand on a sheet, no program opens larger ones; more go on on the next.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from html import escape
from typing import Any

SHEET = 1_000_000  # rows of a sheet
LARGEST = 1 << 30  # characters of a sheet: more than twice as many would need what not every program reads
LONGEST = 32_767  # characters of a cell
UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # for XML
SHAPES = {"": 0, "head": 1, "money": 2, "day": 3, "moment": 4}  # places in STYLES
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
STYLES = f"""{XML}<styleSheet {MAIN}><numFmts count="3"><numFmt numFmtId="164" formatCode="#,##0.00"/>\
<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="166" formatCode="yyyy\\-mm\\-dd hh:mm:ss"/>\
</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/>\
<name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill>\
<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/>\
<diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>\
</cellStyleXfs><cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>{"".join(
    f'<xf numFmtId="{one}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    for one in (164, 165, 166))}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>\
</cellStyles></styleSheet>"""


class Sent(io.RawIOBase):
    """What was written and not yet sent."""

    def __init__(self):
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        parts, self.parts = self.parts, []
        return b"".join(parts)


def stream(titles: Sequence[str], kinds: Sequence[str], rows: Iterator[Sequence[Any]]) -> Iterator[bytes]:
    """The file, part by part. kinds: money, or anything else, of each column's numbers."""
    shapes = [SHAPES.get(one, 0) for one in kinds]
    head = "".join(_cell(one, SHAPES["head"]) for one in titles)
    begin = (f'{XML}<worksheet {MAIN}><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
             'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
             f'<cols><col min="1" max="{len(titles)}" width="18" customWidth="1"/></cols><sheetData><row>{head}</row>')
    sent, sheets, row = Sent(), 0, next(rows, None)
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        while row is not None or not sheets:
            sheets += 1
            with packed.open(f"xl/worksheets/sheet{sheets}.xml", "w") as sheet:
                text, size, line = [begin], 0, 0
                while row is not None and line < SHEET and size < LARGEST:
                    text.append("<row>" + "".join(map(_cell, row, shapes)) + "</row>")
                    line, row = line + 1, next(rows, None)
                    if len(text) == 1000:
                        size += sheet.write("".join(text).encode())
                        text = []
                        yield sent.taken()
                sheet.write(("".join(text) + "</sheetData></worksheet>").encode())
        numbers = range(1, sheets + 1)
        packed.writestr("xl/styles.xml", STYLES)
        packed.writestr("xl/workbook.xml", f'{XML}<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>' + "".join(
            f'<sheet name="Sheet{one}" sheetId="{one}" r:id="rId{one}"/>' for one in numbers) + "</sheets></workbook>")
        packed.writestr("xl/_rels/workbook.xml.rels", f'{XML}<Relationships xmlns="{PACKAGE}/relationships">' + "".join(
            f'<Relationship Id="rId{one}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{one}.xml"/>'
            for one in numbers) + f'<Relationship Id="rId{sheets + 1}" Type="{OFFICE}/styles" Target="styles.xml"/>'
            "</Relationships>")
        packed.writestr("_rels/.rels", f'{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
                        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        packed.writestr("[Content_Types].xml", f'{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
                        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default '
                        'Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
                        f'ContentType="{TYPE}sheet.main+xml"/><Override PartName="/xl/styles.xml" '
                        f'ContentType="{TYPE}styles+xml"/>' + "".join(
                            f'<Override PartName="/xl/worksheets/sheet{one}.xml" ContentType="{TYPE}worksheet+xml"/>'
                            for one in numbers) + "</Types>")
    yield sent.taken()


def _cell(value: Any, shape: int = 0) -> str:
    """A cell: a number, a day or a moment as such, everything else as text; nothing that is computed."""
    if value is None:
        return "<c/>"
    if isinstance(value, Decimal) and value.is_finite():
        return f'<c s="{shape}"><v>{value:f}</v></c>'
    if isinstance(value, int) and not isinstance(value, bool):
        return f'<c s="{shape}"><v>{value}</v></c>'
    if isinstance(value, dt.datetime):
        since = value.replace(tzinfo=None) - dt.datetime(1899, 12, 30)
        return f'<c s="{SHAPES["moment"]}"><v>{since.total_seconds() / 86400:.10f}</v></c>'
    if isinstance(value, dt.date):
        return f'<c s="{SHAPES["day"]}"><v>{value.toordinal() - 693594}</v></c>'
    text = escape(UNFIT.sub("", f"{value}"[:LONGEST]), quote=False)
    return f'<c s="{shape if shape == 1 else 0}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
