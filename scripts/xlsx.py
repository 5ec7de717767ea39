"""Rows of a workbook's first sheet, whoever made it: one that unpacks to far more than it weighs is refused, and one
that says it is wider than any sheet of ours is read as far as ours go."""

import io
import zipfile
from collections.abc import Iterator

from leissner.scripts.errors import LeissnerError

LARGEST = 256 << 20  # bytes, unpacked
WIDEST = 256  # columns


def rows(content: bytes, name: str, is_shown: bool = False) -> Iterator[tuple[int, tuple]]:
    """Number and values of the rows that hold something. is_shown: a hidden sheet is refused."""
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(one.file_size for one in packed.infolist())
        if size <= LARGEST:
            # in memory: the library leaves a file that it opens itself open where the workbook is broken
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheet = book.worksheets[0]
    except Exception as error:
        raise LeissnerError(f"{name} cannot be read as XLSX: {error}") from error
    if size > LARGEST:
        raise LeissnerError(f"{name} unpacks to {size >> 20} MB: no sheet is that large.",
                            f"Send it in parts, or as CSV; {LARGEST >> 20} MB are read.")
    if is_shown and sheet.sheet_state != "visible":
        raise LeissnerError(f"The first sheet of {name}, {sheet.title}, is hidden.",
                            "Put the sheet with the rates first, and show it.")
    width = min(sheet.max_column or WIDEST, WIDEST)
    for line, values in enumerate(sheet.iter_rows(values_only=True, max_col=width), 1):
        if values.count(None) < len(values):
            yield line, values
