"""A print house's own format: a Jinja2 template over the documents of a part, written beside PDFs and XML.

The template sees `head` (the head of manifest.json) and `letters`, each with `row` (its row of the manifest) and
`document` (`leissner bill document NUMBER` shows one). Its first line may be a comment with settings:
{# encoding: iso-8859-1, newline: crlf #}. Filters: `fixed(WIDTH)` left and cut, `fixed(WIDTH, "right")`,
`digits(WIDTH)` amounts in hundredths with leading zeros, `cells` a list as a line of CSV. It runs in a sandbox, and a
name that does not exist is an error.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError

from leissner.scripts.errors import LeissnerError

LAYOUTS = Path(__file__).parent / "templates" / "print_house"
SETTINGS = re.compile(r"\{#-?\s*(.*?)\s*-?#\}")
NEWLINES = {"lf": "\n", "crlf": "\r\n"}


class Layout:
    """A template, by its file or, of those that come along, by its name: `fixed.txt`, `lines.csv`."""

    def __init__(self, wanted: str):
        path = LAYOUTS / f"{wanted}.j2" if (LAYOUTS / f"{wanted}.j2").is_file() else Path(wanted)
        if not path.is_file():
            raise LeissnerError(f"There is no layout {wanted}.", "Name a template's file, or one of those that come "
                                f"along: {', '.join(sorted(one.stem for one in LAYOUTS.glob('*.j2')))}")
        self.path, self.name = path, path.name.removesuffix(".j2")
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise LeissnerError(f"{path} is not UTF-8.", "Save it as UTF-8; `encoding` is what it writes.") from error
        first = SETTINGS.match(text)
        settings = dict(re.findall(r"(\w+):\s*([\w-]+)", first[1])) if first else {}
        self.encoding = settings.get("encoding", "utf-8")
        self.newline = NEWLINES.get(settings.get("newline", "lf"))
        try:
            "".encode(self.encoding)
        except LookupError as error:
            raise LeissnerError(f"{path}, line 1: there is no encoding {self.encoding}.") from error
        if self.newline is None:
            raise LeissnerError(f"{path}, line 1: newline is lf or crlf.")
        environment = ImmutableSandboxedEnvironment(
            undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
            loader=jinja2.FileSystemLoader(path.parent), autoescape=False)
        environment.filters |= {"fixed": fixed, "digits": digits, "cells": cells}
        try:
            self.template = environment.get_template(path.name)
        except jinja2.TemplateSyntaxError as error:
            raise LeissnerError(f"{error.filename}, line {error.lineno}: {error.message}") from error

    def write(self, path: Path, head: dict, letters: Iterable[dict]) -> None:
        """Writes what the template makes of the letters, one after the other."""
        current: list[str] = [""]

        def noted() -> Iterator[dict]:
            for letter in letters:
                current[0] = f" of document {letter['row']['number']}"
                yield letter

        try:
            with open(path, "w", encoding=self.encoding, errors="replace", newline=self.newline) as out:
                for text in self.template.generate(head=head, letters=noted()):
                    out.write(text)
        except (jinja2.TemplateError, SecurityError, ValueError, TypeError, ArithmeticError, LookupError) as error:
            raise LeissnerError(f"{self.path}{self._line(error)}{current[0]}: {error}",
                                "leissner bill document NUMBER shows what a document has.") from error

    def _line(self, error: BaseException) -> str:
        """The line of the template where it happened."""
        line, trace = None, error.__traceback__
        while trace:
            if trace.tb_frame.f_code.co_filename == self.template.filename:
                line = trace.tb_lineno
            trace = trace.tb_next
        return f", line {line}" if line else ""


def fixed(value, width: int, side: str = "left") -> str:
    """A text of just that many signs, in one line: cut where it is longer."""
    text = re.sub(r"\s+", " ", "" if value is None else f"{value}")[:width]
    return text.rjust(width) if side == "right" else text.ljust(width)


def digits(value, width: int, decimals: int = 2) -> str:
    """A number without a point, zeros in front, the sign first where it is negative: 12.5 is 00001250. It is never
    cut."""
    number = Decimal(value).scaleb(decimals)
    if number != number.to_integral_value():
        raise ValueError(f"{value} has more than {decimals} decimals")
    text = f"{abs(int(number)):0{width - (number < 0)}}"
    if len(text) + (number < 0) > width:
        raise ValueError(f"{value} does not fit into {width} digits")
    return f"-{text}" if number < 0 else text


def cells(values: Iterable, delimiter: str = ";") -> str:
    """A line of CSV, without its end."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow("" if one is None else one for one in values)
    return out.getvalue()
